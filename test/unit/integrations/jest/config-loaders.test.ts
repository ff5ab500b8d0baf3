import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { directoryWith } from "../../support/plans.ts";

const source = new URL("../../../../src/integrations/jest/config-loaders.ts", import.meta.url).href;

/** Loads a file in a Node process of its own with one of its loaders, and says what was loaded, and of what Node warned. */
async function load(files: Readonly<Record<string, string>>, loader: number): Promise<readonly string[]> {
  await using directory = await directoryWith(files);
  const file = join(directory.path, Object.keys(files)[0] ?? "");
  const script = `
    import { configLoaders } from ${JSON.stringify(source)};
    const loader = configLoaders(process.argv[1], {})[${loader}];
    const loaded = await loader(process.argv[1]).catch(({ code }) => ({ default: code }));
    console.log(loaded.default);
  `;
  const args = ["--input-type=module", "--eval", script, file];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args);
  return [stdout.trim(), ...(/\[\w+\]/.exec(stderr) ?? [])];
}

const esm = 'import { sep } from "node:path";\nconst kind: string = sep && "ES module";\nexport default kind;\n';
const commonJs = 'const kind: string = "CommonJS";\nmodule.exports = kind;\n';
const typeless = { "package.json": "{}" };

test("of a package that does not say what its modules are, both kinds are loaded without a warning", async () => {
  expect(await load({ "c.ts": esm, ...typeless }, 0)).toEqual(["ES module"]);
  expect(await load({ "c.ts": commonJs, ...typeless }, 0)).toEqual(["CommonJS"]);
});

test("Node's own way would warn of it: the control", async () => {
  expect(await load({ "c.ts": esm, ...typeless }, 1)).toEqual(["ES module", "[MODULE_TYPELESS_PACKAGE_JSON]"]);
});

test("what awaits at its top level is loaded in another way", async () => {
  const file = { "c.ts": `await undefined;\n${esm}`, ...typeless };
  expect(await load(file, 0)).toEqual(["ERR_REQUIRE_ASYNC_MODULE"]);
  expect((await load(file, 1))[0]).toBe("ES module");
});

test("what says of which kind it is, itself or in package.json, Node imports", async () => {
  expect(await load({ "c.mts": esm, ...typeless }, 0)).toEqual(["ES module"]);
  expect(await load({ "c.ts": esm, "package.json": '{ "type": "module" }' }, 0)).toEqual(["ES module"]);
});
