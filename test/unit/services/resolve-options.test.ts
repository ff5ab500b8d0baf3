import { expect, test } from "vitest";
import { planTerms, resolveServiceOptions } from "../../../src/services/resolve-options.ts";

test("every option has its default", () => {
  expect(resolveServiceOptions({})).toEqual({
    envFiles: [],
    secrets: {},
    files: [],
    mounts: [],
    networkAliases: [],
    hostAccess: false,
    init: [],
    resources: { intervalMs: 1_000, rules: [] },
    security: {
      privileged: false,
      readOnlyRootFilesystem: false,
      addCapabilities: [],
      dropCapabilities: [],
      allowNewPrivileges: false,
    },
    labels: {},
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
  const given = { stopGraceMs: 0, labels: { a: "b" }, security: { privileged: true }, scope: undefined };

  expect(resolveServiceOptions(given as never)).toMatchObject({
    stopGraceMs: 0,
    labels: { a: "b" },
    security: { privileged: true, addCapabilities: [] },
    scope: "project",
  });
});

test("only who has rules asks for anybody to look at what is used", () => {
  const rule = { metric: "pids", above: 5, action: "kill" } as const;

  expect(planTerms({ resources: { intervalMs: 500 } })).not.toHaveProperty("resources");
  expect(planTerms({ resources: { rules: [rule] } }).resources).toEqual({
    intervalMs: 1_000,
    rules: [{ ...rule, forMs: 0, cooldownMs: 60_000 }],
  });
});
