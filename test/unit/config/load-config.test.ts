import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { ConfigurationError, findConfigFile, loadConfigFile } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { directoryWith } from "../support/plans.ts";

const source = new URL("../../../src/config/load-config.ts", import.meta.url).href;

/** Loads a file in a Node process of its own, as the command line does, and says what became of it. */
async function loadInNode(file: string): Promise<string> {
  const script = `
    import { loadConfigFile } from ${JSON.stringify(source)};
    const outcome = await loadConfigFile(process.argv[1]).catch((error) => error.code + ": " + error.message);
    process.stdout.write(typeof outcome === "string" ? outcome : JSON.stringify(outcome));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script, file]);
  return stdout;
}

describe("the configuration file", () => {
  test("is the nearest one, there or further up", async () => {
    await using directory = await directoryWith({
      "cleanroom.config.ts": "",
      "packages/api/cleanroom.config.mjs": "",
      "packages/api/test/deep/a.test.ts": "",
      "packages/web/a.ts": "",
    });
    const { path } = directory;

    expect(await findConfigFile(path)).toBe(join(path, "cleanroom.config.ts"));
    expect(await findConfigFile(join(path, "packages/web"))).toBe(join(path, "cleanroom.config.ts"));
    expect(await findConfigFile(join(path, "packages/api/test/deep"))).toBe(
      join(path, "packages/api/cleanroom.config.mjs"),
    );
  });

  test.for([
    ["cleanroom.config.js", "cleanroom.config.ts"],
    ["cleanroom.config.yaml", "package.json"],
  ] as const)("must be the only one of its directory: %s and %s are refused by name", async ([one, other]) => {
    await using directory = await directoryWith({ [one]: "{}", [other]: '{ "cleanroom": {} }' });

    expect(await outcomeOf(findConfigFile(directory.path))).toMatchObject({
      details: { origin: "The configuration" },
      message: expect.stringMatching(/ has cleanroom\.config\.\w+ and [\w.]+; keep one of them$/) as string,
    });
  });

  test("may be data, also under a key of package.json; a package.json without that key is none", async () => {
    await using directory = await directoryWith({
      "cleanroom.config.yaml": "",
      "package.json": '{ "name": "all" }',
      "packages/api/package.json": '{ "cleanroom": { "services": {} } }',
      "packages/api/src/package.json": '{ "type": "module" }',
      "packages/web/package.json": "not JSON",
    });
    const { path } = directory;

    expect(await findConfigFile(path)).toBe(join(path, "cleanroom.config.yaml"));
    expect(await findConfigFile(join(path, "packages/api/src"))).toBe(join(path, "packages/api/package.json"));
    expect(await findConfigFile(join(path, "packages/web"))).toBe(join(path, "cleanroom.config.yaml"));
  });

  test("that is nowhere is told, with how to make one", async () => {
    await using directory = await directoryWith({});

    expect(await outcomeOf(findConfigFile(directory.path))).toEqual(
      new ConfigurationError({
        origin: "The configuration",
        problems: [
          {
            path: "",
            message:
              "there is no cleanroom.config.ts (or .mts, .js, .mjs, .json, .yaml, .yml) and no package.json with the key " +
              `\`cleanroom\` in ${directory.path} or above; ` +
              "make one with `export default defineConfig({ services: { … } })`",
          },
        ],
      }),
    );
  });
});

describe("loading", () => {
  const typescript = "const services: Record<string, never> = {};\nexport default { services };\n";

  test("takes TypeScript as it is, in this process and in a plain Node", async () => {
    await using directory = await directoryWith({ "cleanroom.config.ts": typescript });
    const file = join(directory.path, "cleanroom.config.ts");
    const loaded = { config: { services: {} }, file, rootDirectory: directory.path };

    expect(await loadConfigFile(file)).toEqual(loaded);
    expect(JSON.parse(await loadInNode(file))).toEqual(loaded);
  });

  test("tells what a file lacks", async () => {
    await using directory = await directoryWith({ "a.ts": "export const config = {};", "b.ts": "export default 7;" });

    for (const name of ["a.ts", "b.ts"]) {
      const file = join(directory.path, name);
      expect(await loadInNode(file)).toBe(
        `CLEANROOM_CONFIGURATION: ${file} is not valid:\n  must \`export default defineConfig({ … })\``,
      );
    }
  });

  test("tells why a file cannot be read or run", async () => {
    await using directory = await directoryWith({
      "syntax.mjs": "export default {",
      "throws.mjs": "throw new RangeError('out of range');",
    });
    const at = (name: string): string => join(directory.path, name);

    expect(await loadInNode(at("syntax.mjs"))).toBe(
      `CLEANROOM_CONFIGURATION: ${at("syntax.mjs")} is not valid:\n  Unexpected end of input`,
    );
    expect(await loadInNode(at("throws.mjs"))).toBe(
      `CLEANROOM_CONFIGURATION: ${at("throws.mjs")} is not valid:\n  out of range`,
    );
    expect(await loadInNode(at("gone.mjs"))).toBe(
      `CLEANROOM_CONFIGURATION: ${at("gone.mjs")} is not valid:\n  there is no such file`,
    );
  });

  test("can be done by a loader of the caller's, whose failure is the cause", async () => {
    const cause = new SyntaxError("Unexpected token");

    const error = await outcomeOf(loadConfigFile("/x/cleanroom.config.ts", () => Promise.reject(cause)));

    expect(error).toMatchObject({ cause, message: "/x/cleanroom.config.ts is not valid:\n  Unexpected token" });
    expect(await loadConfigFile("/x/c.ts", () => Promise.resolve({ default: { services: {} } }))).toEqual({
      config: { services: {} },
      file: "/x/c.ts",
      rootDirectory: "/x",
    });
  });
});
