import { anything, assert, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { checkedAnswer, isAnswer, parseCall } from "../../../src/coordinator/protocol-schema.ts";
import { toErrorData } from "../../../src/errors/error-data.ts";
import { requestFor } from "../../support/coordinator-stage.ts";
import { noCare } from "../support/specs.ts";

const identity = { pid: 1, startedAtMs: 1.5, bootId: "", title: "node" };
const connection = { name: "db", id: "1", image: "i", key: "k", host: "h", ports: { "1/tcp": 1 }, details: {} };

const recipe = {
  ...{ digest: "0123456789abcdef".repeat(2), service: "db", containerId: "1", baseImageId: "2", dataDirectory: "/d" },
  ...{ details: { template: "t" }, ownerScript: "a", packScript: "b", finishScript: "c" },
};

const watch = {
  probe: { kind: "http", port: 80, path: "/" },
  intervalMs: 1_000,
  timeoutMs: 2_000,
  failureThreshold: 3,
  successThreshold: 1,
  startPeriodMs: 0,
};
const restart = { maxRestarts: 3, delayMs: 100, resetAfterMs: 60_000 };

const valid: readonly (readonly [name: string, ...args: readonly unknown[]])[] = [
  ["hello", { secret: "s", identity, memberId: "m" }],
  ["hello", { secret: "s", identity, memberId: "m", sessionId: "s" }],
  ["acquire", requestFor("db", { network: "n", dependsOn: ["a"], capacity: { maxContainers: 1, whenFull: "fail" } })],
  ["cancel", "request"],
  ["created", "service", connection, noCare],
  ["created", "service", connection, { ...noCare, readiness: watch, liveness: watch, restart, restartProblem: "no" }],
  ["created", "service", { ...connection, networkAlias: "db", parts: "postgres-databases" }, noCare],
  ["keepWarm", "service", recipe],
  ["failed", "service", toErrorData(new Error("no", { cause: new AggregateError([new Error("why"), "a string"]) }))],
  ["abandoned", "service"],
  ["release", "db", null],
  ["release", "db", "service"],
  ["isKnownValid", "digest"],
  ["foundValid", "digest"],
  ["acquire", requestFor("db", { claim: { includesShared: true } })],
  ["giveBack", { serviceId: "service", requestId: "request", isReusable: true }],
  ["createAhead", requestFor("db", { claim: { includesShared: false } })],
  ["hello", { secret: "s", identity, memberId: "m", sessionId: "s", offers: ["service"] }],
  ["created", "service", { ...connection, parts: "own" }, noCare],
  ["offerParts", "service"],
  ["takePart", { serviceId: "service", requestId: "request" }],
  ["givePart", "service", "test_0123456789ab", 0],
  ["endSession"],
  ["status"],
  ["removeServices", ["a", "b"], true],
];

const errorAt = (depth: number): object => ({
  name: "Error",
  message: "no",
  ...(depth > 0 && { cause: errorAt(depth - 1) }),
});

const invalid: readonly (readonly [message: unknown, problem: RegExp])[] = [
  [null, /^a message is no call: /],
  [[], /^a message is no call: /],
  ["hello", /^a message is no call: /],
  [{ t: "s", i: "1", r: 1 }, /^a message is no call: /],
  [{ t: "q", i: "1", m: "status", a: [], o: true }, /^a message is no call: .*"o"/],
  [{ t: "q", m: "status", a: [] }, /^a message is no call: .*"i"/],
  [call("constructor"), /^there is no function "constructor"$/],
  [call("__proto__"), /^there is no function "__proto__"$/],
  [call("toString"), /^there is no function "toString"$/],
  [call("x".repeat(5000)), /^there is no function "x{80}"$/],
  [call("status", 1), /^status: /],
  [call("keepWarm", "service", { ...recipe, digest: "../x" }), /^keepWarm: /],
  [call("acquire"), /^acquire: /],
  [call("acquire", { ...requestFor("db"), extra: 1 }), /^acquire: .*"extra"/],
  [call("acquire", { ...requestFor("db"), claim: true }), /^acquire: .*Object/],
  [call("giveBack", { serviceId: "service", requestId: "request" }), /^giveBack: .*isReusable/],
  [call("acquire", requestFor("../../etc")), /^acquire: .*name/s],
  [call("acquire", requestFor("db", { stopGraceMs: -1 })), /^acquire: /],
  [call("acquire", requestFor("db", { keepAliveMs: Number.NaN })), /^acquire: /],
  [call("hello", { secret: "s", identity, memberId: "" }), /^hello: /],
  [call("failed", "service", errorAt(6)), /^failed: .*cause/s],
  [call("failed", "service", { name: "Error", message: "no", cause: "a string" }), /^failed: /],
  [call("failed", "service", null), /^failed: /],
  [call("created", "service", { ...connection, ports: { a: "1" } }, noCare), /^created: /],
  [call("created", "service", connection, { ...noCare, readiness: { probe: { port: 1 } } }), /^created: /],
  [call("created", "service", connection), /^created: /],
  [call("release", "db"), /^release: /],
];

function call(name: string, ...args: readonly unknown[]): object {
  return { t: "q", i: "1", m: name, a: args };
}

describe("a message", () => {
  test.for(valid)("is a call of %s", ([name, ...args]) => {
    const message: unknown = JSON.parse(JSON.stringify(call(name, ...args)));

    expect(parseCall(message)).toEqual({ m: name, a: JSON.parse(JSON.stringify(args)) as unknown });
  });

  test.for(invalid)("that is no call of ours is told what is wrong: %j", ([message, problem]) => {
    expect(parseCall(message)).toMatch(problem);
  });

  test("never makes the reader fail, whatever it is", () => {
    assert(
      property(anything({ withNullPrototype: true, maxDepth: 4 }), anything(), (args, message) => {
        expect(typeof parseCall(message)).toBe("string");
        expect(["string", "object"]).toContain(typeof parseCall(call("acquire", args)));
      }),
      { numRuns: 500 },
    );
  });

  test("that is nested without end is refused", () => {
    const depth = 200_000;
    const nested: unknown = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const caused = `${'{"name":"E","message":"m","cause":'.repeat(20_000)}null${"}".repeat(20_000)}`;

    expect(parseCall(nested)).toMatch(/^a message is no call/);
    expect(parseCall(call("acquire", nested))).toMatch(/^acquire: /);
    expect(parseCall(call("failed", "service", JSON.parse(caused)))).toMatch(/^failed: /);
  });
});

describe("an answer of a member", () => {
  test.for<[unknown, boolean]>([
    [{ t: "s", i: "1", r: { anything: 1 } }, true],
    [{ t: "s", i: "1" }, true],
    [{ t: "s", i: "1", e: toErrorData(new Error("no")) }, true],
    [{ t: "s", i: "1", e: "no" }, false],
    [{ t: "s", r: 1 }, false],
    [{ t: "q", i: "1", m: "status", a: [] }, false],
    [null, false],
  ])("%j is one: %s", ([message, expected]) => {
    expect(isAnswer(message)).toBe(expected);
  });

  test("is believed when it can be one to what was asked", () => {
    const made = { id: "a", maxIdle: 4, canReset: false };
    expect(checkedAnswer("makePart", made)).toEqual(made);
    expect(checkedAnswer("resetPart", null)).toBeNull();
    expect(checkedAnswer("listParts", ["a"])).toEqual(["a"]);
  });

  test.for([
    ["makePart", "a"],
    ["makePart", { id: "", maxIdle: 4, canReset: false }],
    ["makePart", { id: "a", maxIdle: -1, canReset: false }],
    ["resetPart", 1],
    ["listParts", [{}]],
  ] as const)("to %s is not %j", ([name, value]) => {
    expect(() => checkedAnswer(name, value)).toThrow(`A member answered ${name} with what it cannot: `);
  });
});
