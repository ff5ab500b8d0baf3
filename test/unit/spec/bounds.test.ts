import { expect, test } from "vitest";
import { boundsIn, boundsLabels } from "../../../src/spec/bounds.ts";

test("what a container cannot exceed is on a label, for whoever did not make it", () => {
  const limits = { pids: 5, networkBitsPerSecond: { send: 8_000 } };
  const small = { type: "tmpfs", target: "/small", sizeBytes: 1_000 } as const;
  const bind = { type: "bind", source: "/home/you", target: "/data", isReadOnly: true } as const;

  expect(boundsIn(boundsLabels({ limits, mounts: [small, bind] }))).toEqual({ limits, mounts: [small] });
  expect(boundsIn(boundsLabels({ limits: {}, mounts: [small] }))).toEqual({ limits: {}, mounts: [small] });
});

test("without bounds there is no such label", () => {
  expect(boundsLabels({ limits: {}, mounts: [{ type: "tmpfs", target: "/free" }] })).toEqual({});
  expect(boundsIn({ other: "label" })).toEqual({ limits: {}, mounts: [] });
});
