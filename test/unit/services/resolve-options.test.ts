import { expect, test } from "vitest";
import { resolveServiceOptions } from "../../../src/services/resolve-options.ts";

test("every option has its default", () => {
  expect(resolveServiceOptions({})).toEqual({
    files: [],
    mounts: [],
    networkAliases: [],
    hostAccess: false,
    limits: {},
    security: {
      privileged: false,
      readOnlyRootFilesystem: false,
      addCapabilities: [],
      dropCapabilities: [],
      allowNewPrivileges: false,
    },
    labels: {},
    pullPolicy: "missing",
    startTimeoutMs: 60_000,
    attemptTimeoutMs: 2_000,
    stopGraceMs: 10_000,
    supervision: false,
    scope: "project",
    keepAliveMs: 0,
    customizers: [],
  });
});

test("what is given wins, and what is given as undefined does not", () => {
  const given = { stopGraceMs: 0, labels: { a: "b" }, security: { privileged: true }, pullPolicy: undefined };

  expect(resolveServiceOptions(given as never)).toMatchObject({
    stopGraceMs: 0,
    labels: { a: "b" },
    security: { privileged: true, addCapabilities: [] },
    pullPolicy: "missing",
  });
});
