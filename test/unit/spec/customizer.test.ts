import { describe, expect, test } from "vitest";
import type { ContainerCustomizer, ContainerSpec } from "../../../src/index.ts";
import { LifecycleError } from "../../../src/index.ts";
import { customize } from "../../../src/spec/customizer.ts";
import { defined } from "../../../src/spec/defined.ts";
import { deepFreeze } from "../../../src/spec/freeze.ts";
import { specWith } from "../support/specs.ts";

function adding(name: string): ContainerCustomizer {
  return (spec) => ({ ...spec, env: { ...spec.env, [name]: Object.keys(spec.env).join() } });
}

describe("customizers", () => {
  test("are applied in order, each to the result of the one before", () => {
    const { env } = customize(specWith(), [adding("FIRST"), adding("SECOND"), adding("THIRD")]);

    expect(env).toEqual({ FIRST: "", SECOND: "FIRST", THIRD: "FIRST,SECOND" });
    expect(Object.keys(env)).toEqual(["FIRST", "SECOND", "THIRD"]);
  });

  test("that are not there change nothing", () => {
    expect(customize(specWith(), [])).toEqual(specWith());
  });

  test("leave what they were given as it was", () => {
    const given = specWith({ env: { A: "1" } });

    customize(given, [adding("B")]);

    expect(given).toEqual(specWith({ env: { A: "1" } }));
  });

  test("leave the caller's own objects open to change", () => {
    const env = { A: "1" };
    const given = specWith({ env });

    customize(given, []);

    expect([Object.isFrozen(given), Object.isFrozen(env), Object.isFrozen(given.ports)]).toEqual([false, false, false]);
  });

  test.for<readonly [string, (spec: ContainerSpec) => unknown]>([
    ["a field", (spec) => Object.assign(spec, { image: "forged" })],
    ["an environment variable", ({ env }) => Object.assign(env, { A: "forged" })],
    ["a port", ({ ports }) => Object.assign(ports[0]!, { containerPort: 1 })],
    ["the list of ports", ({ ports }) => (ports as unknown[]).push("forged")],
    ["a capability", ({ security }) => (security.addCapabilities as string[]).push("ALL")],
  ])("that edit %s are told with a TypeError", ([, edit]) => {
    const editing: ContainerCustomizer = (spec) => {
      edit(spec);
      return spec;
    };

    expect(() => customize(specWith(), [editing])).toThrow(TypeError);
    expect(() => customize(specWith(), [adding("A"), editing])).toThrow(TypeError);
  });

  test("get the result of others frozen, and so is the last result", () => {
    const result = customize(specWith(), [(spec) => ({ ...spec, env: { A: "1" } })]);

    expect(Object.isFrozen(result.env)).toBe(true);
  });

  test("may throw, which passes through", () => {
    const failure = new LifecycleError("not with me");
    const throwing: ContainerCustomizer = () => {
      throw failure;
    };

    expect(() => customize(specWith(), [throwing])).toThrow(failure);
  });
});

test("deepFreeze freezes everything inside, and takes what is frozen or no object as it is", () => {
  const value = { list: [{ inner: { deep: 1 } }], text: "a", nothing: null };

  expect(deepFreeze(value)).toBe(value);
  expect([value, value.list, value.list[0], value.list[0]?.inner].every(Object.isFrozen)).toBe(true);
  expect(deepFreeze(7)).toBe(7);
});

test("defined leaves out what is undefined, and only that", () => {
  expect(defined({ a: undefined, b: null, c: 0, d: "" })).toEqual({ b: null, c: 0, d: "" });
  expect(Object.keys(defined({ a: undefined }))).toEqual([]);
});

test("a customizer that returns nothing is named by its place", () => {
  const forgetful = (() => undefined) as unknown as ContainerCustomizer;
  expect(() => customize(specWith(), [(spec) => spec, forgetful])).toThrow(
    "A customizer is not valid:\n  customizer 2 returned nothing; it must return a spec, for example { ...spec, env }",
  );
});
