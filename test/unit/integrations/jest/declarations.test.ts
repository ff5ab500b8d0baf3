import { describe, expect, test } from "vitest";
import { redis } from "../../../../src/index.ts";
import { Declarations } from "../../../../src/integrations/jest/declarations.ts";
import { block, entry, stateOf } from "./circus.ts";

const configured = { cache: redis("redis:8"), queue: redis("redis:8") };
const known = { cache: "redis redis:8", queue: "redis redis:8" };

test("a test uses what its describe does, and those around that", () => {
  const declarations = new Declarations();
  expect(declarations.isEmpty).toBe(true);
  const file = block("ROOT");
  const orders = block("orders", { parent: file });
  const add = (names: readonly string[], currentDescribeBlock = file): void => {
    declarations.add({ names, known, configured, state: stateOf({ currentDescribeBlock }) });
  };
  add(["cache"]);
  add(["queue"], orders);
  add(["cache"], orders);

  expect(declarations.isEmpty).toBe(false);
  expect(declarations.in(orders)).toEqual(["queue", "cache"]);
  expect(declarations.of(entry("in it", orders))).toEqual(["queue", "cache"]);
  expect(declarations.of(entry("beside it", file))).toEqual(["cache"]);
});

describe("told of are", () => {
  const add = (names: readonly string[], known: Readonly<Record<string, string>>, state = stateOf({})): void => {
    new Declarations().add({ names, known, configured, state });
  };
  const invalid = "What useServices() was given is not valid:\n  services.";

  test("names of no service, also of what every object has", () => {
    const message = ": there is no service of this name; there are cache, queue";
    expect(() => add(["cash"], known)).toThrow(`${invalid}cash${message}`);
    expect(() => add(["constructor"], known)).toThrow(`${invalid}constructor${message}`);
  });

  test("services of another configuration", () => {
    const message = `${invalid}cache: is not what the project's configuration file says it is: give useServices() what that file exports`;
    expect(() => add(["cache"], { cache: "redis redis:7" })).toThrow(message);
    expect(() => add(["cache"], {})).toThrow(message);
  });

  test("calls in tests", () => {
    expect(() => add(["cache"], known, stateOf({ hasStarted: true }))).toThrow(
      "useServices() was called in a test or a hook: call it at the top of the file, or in a describe.",
    );
  });
});
