import { expect, test } from "vitest";
import { describeProbe } from "../../../src/health/describe-probe.ts";
import type { Probe } from "../../../src/index.ts";
import { all, any, command, disk, file, healthCheck, http, memory, not, sequence, tcp } from "../../../src/index.ts";

test.for<readonly [string, Probe]>([
  ["tcp 5432", tcp(5432)],
  ["http GET :8080/", http({ port: 8080 })],
  ["https HEAD :8443/ready?deep=1", http({ port: 8443, path: "/ready?deep=1", method: "HEAD", tls: true })],
  ["command pg_isready -q", command(["pg_isready", "-q"])],
  ["file /run/ready", file("/run/ready")],
  ["no file /run/lock", file("/run/lock", { absent: true })],
  ["postgres 5432", { kind: "postgres", port: 5432 }],
  ["redis 6379", { kind: "redis", port: 6379 }],
  ["disk /", disk()],
  ["disk /data", disk({ path: "/data" })],
  ["memory", memory()],
  ["the engine's health check", healthCheck()],
  ["not tcp 1", not(tcp(1))],
  ["sequence of (tcp 1, file /a)", sequence(tcp(1), file("/a"))],
  ["replica in sync", { name: "replica in sync", check: () => Promise.resolve() }],
  ["all of (tcp 1, any of (file /a, tcp 2))", all(tcp(1), any(file("/a"), tcp(2)))],
])("%s", ([text, probe]) => {
  expect(describeProbe(probe)).toBe(text);
});
