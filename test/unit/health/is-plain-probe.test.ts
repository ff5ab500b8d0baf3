import { expect, test } from "vitest";
import { isPlainProbe } from "../../../src/health/is-plain-probe.ts";
import type { HealthProbe, Probe } from "../../../src/index.ts";
import { all, any, command, disk, file, healthCheck, http, memory, not, sequence, tcp } from "../../../src/index.ts";

const own: HealthProbe = { name: "own", check: () => Promise.resolve() };
const withFunction = http({ port: 80, status: (status) => status < 300 });

test.for<readonly [string, Probe]>([
  ["tcp", tcp(80)],
  ["http", http({ port: 80, status: [200, 204], bodyMatches: /ok/ })],
  ["command", command(["true"])],
  ["file", file("/a")],
  ["disk", disk()],
  ["memory", memory()],
  ["the engine's check", healthCheck()],
  ["a combination of such", sequence(all(tcp(80)), any(not(file("/a"))))],
])("is plain: %s", ([, probe]) => {
  expect(isPlainProbe(probe)).toBe(true);
  expect(JSON.parse(JSON.stringify(probe))).toEqual(probe);
});

test.for<readonly [string, Probe]>([
  ["one's own", own],
  ["a function of the status", withFunction],
  ["deep inside", all(tcp(80), any(not(sequence(tcp(80), own))))],
  ["a function deep inside", any(not(withFunction))],
])("is not plain: %s", ([, probe]) => {
  expect(isPlainProbe(probe)).toBe(false);
});
