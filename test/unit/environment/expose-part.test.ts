import { describe, expect, test, vi } from "vitest";
import { readOriginalVariable, replaceVariables } from "../../../src/config/environment-variables.ts";
import type { ServiceDefinition, VariableSource } from "../../../src/index.ts";
import { exposePart, postgres } from "../../../src/index.ts";

class Part {
  readonly port = 5432;
  get url(): string {
    return `postgres://127.0.0.1:${this.port}/part`;
  }
}

function divided(variables: Readonly<Record<string, VariableSource>>): ServiceDefinition<unknown, Part> {
  return { ...postgres("postgres:17"), options: { variables } } as never;
}

describe("the variables of a part", () => {
  test("are its properties, inherited ones and numbers as well, or what functions make of it", () => {
    const env: NodeJS.ProcessEnv = { OTHER: "stays" };
    const definition = divided({ DATABASE_URL: "url", PGPORT: "port", DSN: ({ port }: Part) => `port=${port}` });

    exposePart(definition, new Part(), { name: "db", env });

    expect(env).toMatchObject({
      ...{ OTHER: "stays", DATABASE_URL: "postgres://127.0.0.1:5432/part", PGPORT: "5432", DSN: "port=5432" },
    });
  });

  test.for<[string, VariableSource, string]>([
    ["a property that is not there", "uri", "`uri` of what tests get of db is undefined"],
    ["a function that returns nothing", () => undefined as never, "its function returned undefined"],
    ["a function that returns null", () => null as never, "its function returned null"],
  ])("are refused with %s, and none is set", ([, source, reason]) => {
    const env: NodeJS.ProcessEnv = {};
    const expose = (): unknown => exposePart(divided({ PGPORT: "port", DSN: source }), new Part(), { name: "db", env });

    expect(expose).toThrow(
      `The configuration is not valid:\n  services.db.variables.DSN: must be text or a number, but ${reason}`,
    );
    expect(env).toEqual({});
  });
});

describe("variables that are replaced", () => {
  test("are put back as they were, in whichever order", () => {
    const before = { A: "1", EMPTY: "" };
    const env: NodeJS.ProcessEnv = { ...before };

    const undoFirst = replaceVariables({ A: "2", B: "2" }, env);
    const undoSecond = replaceVariables({ C: "3", EMPTY: "3" }, env);
    expect(env).toMatchObject({ A: "2", B: "2", C: "3", EMPTY: "3" });
    undoFirst();
    expect(env).toMatchObject({ A: "1", C: "3" });
    undoSecond();

    expect(env).toEqual(before);
  });

  test("are known as they were before the first of several replacements, as long as the last one stands", () => {
    vi.stubEnv("SHOP_URL", "postgres://user@outside/shop");
    vi.stubEnv("CLEANROOM_REPLACED", undefined);

    const undoFirst = replaceVariables({ SHOP_URL: "first", NEW_URL: "new" });
    const undoSecond = replaceVariables({ SHOP_URL: "second" });
    expect(process.env["SHOP_URL"]).toBe("second");
    expect(readOriginalVariable("SHOP_URL")).toBe("postgres://user@outside/shop");
    expect(readOriginalVariable("NEW_URL")).toBeUndefined();
    undoSecond();
    expect(process.env["SHOP_URL"]).toBe("first");
    expect(readOriginalVariable("SHOP_URL")).toBe("postgres://user@outside/shop");
    undoFirst();

    expect(readOriginalVariable("SHOP_URL")).toBe("postgres://user@outside/shop");
    expect([process.env["SHOP_URL"], process.env["CLEANROOM_REPLACED"]]).toEqual([
      "postgres://user@outside/shop",
      undefined,
    ]);
  });
});
