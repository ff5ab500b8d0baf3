import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Developer, judge } from "../support/developer.ts";
import { installPackage } from "../support/installed-package.ts";
import { jestTests } from "../support/run-jest.ts";

/** Where the package is installed, in a folder above all projects. */
let workshop: string;

beforeAll(async () => {
  workshop = await mkdtemp(join(tmpdir(), "cleanroom-jest-"));
  await installPackage(workshop);
});

afterAll(async () => {
  await rm(workshop, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

const requiredConfig = `
const { defineConfig, redis } = require("cleanroom-test");
module.exports = defineConfig({ services: { cache: redis("cleanroom-test/redis:7") } });
`;

const requiredTest = `
const { useServices } = require("cleanroom-test/jest/test");
const config = require("./cleanroom.config.js");
const services = useServices(config, "cache");
test("has a cache", () => {
  expect(services.cache.url).toMatch(/^redis:/);
});
`;

const importedConfig = `
import { defineConfig, redis } from "cleanroom-test";
export default defineConfig({ services: { cache: redis("cleanroom-test/redis:7") } });
`;

function importedTest(extension: string): string {
  return `
import { expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config${extension}";
const services = useServices(config, "cache");
test("has a cache", () => {
  expect(services.cache.url).toMatch(/^redis:/);
});
`;
}

/** As `ts-jest init` and `npm init` leave a project. */
const commonjs = '{ "type": "commonjs" }';

const forms: Readonly<Record<string, Files>> = {
  "CommonJS, with nothing but the preset": {
    "package.json": '{ "jest": { "preset": "cleanroom-test" } }',
    "cleanroom.config.js": requiredConfig,
    "a.test.js": requiredTest,
  },
  "CommonJS, with a function that makes the configuration": {
    "package.json": commonjs,
    "jest.config.js":
      'const { withCleanroom } = require("cleanroom-test/jest");\nmodule.exports = withCleanroom(async () => ({ verbose: true }));',
    "cleanroom.config.js": requiredConfig,
    "a.test.js": requiredTest,
  },
  "TypeScript by ts-jest, which Node could not load": {
    "package.json": commonjs,
    "jest.config.js":
      'const { withCleanroom } = require("cleanroom-test/jest");\nmodule.exports = withCleanroom({ preset: "ts-jest" });',
    "tsconfig.json":
      '{ "compilerOptions": { "module": "nodenext", "target": "es2023", "strict": true, "isolatedModules": true } }',
    "image.ts": 'enum Image { redis = "cleanroom-test/redis:7" }\nexport { Image };',
    "cleanroom.config.ts":
      'import { defineConfig, redis } from "cleanroom-test";\nimport { Image } from "./image";\nexport default defineConfig({ services: { cache: redis(Image.redis) } });',
    "a.test.ts": importedTest(""),
  },
  "TypeScript by Babel": {
    "package.json": commonjs,
    "babel.config.js":
      'module.exports = { presets: ["@babel/preset-typescript"], plugins: ["@babel/plugin-transform-modules-commonjs"] };',
    "jest.config.js": 'const { withCleanroom } = require("cleanroom-test/jest");\nmodule.exports = withCleanroom();',
    "cleanroom.config.ts": importedConfig,
    "a.test.ts": importedTest(""),
  },
  "ES modules as Node has them": {
    "package.json": '{ "type": "module" }',
    "jest.config.js":
      'import { withCleanroom } from "cleanroom-test/jest";\nexport default withCleanroom({ transform: {} });',
    "cleanroom.config.js": importedConfig,
    "a.test.js": importedTest(".js"),
  },
  "several projects, with environments and global files of their own": {
    "package.json": commonjs,
    "jest.config.js": `
const { withCleanroom } = require("cleanroom-test/jest");
const project = (displayName) => ({ displayName, testEnvironment: "<rootDir>/environment.js", testMatch: ["<rootDir>/a.test.js"] });
module.exports = withCleanroom({
  globalSetup: "<rootDir>/setup.js",
  globalTeardown: "<rootDir>/teardown.js",
  projects: [project("one"), project("two")],
});`,
    "environment.js": `
const { TestEnvironment } = require("jest-environment-node");
module.exports = class extends TestEnvironment {
  async setup() { await super.setup(); this.global.isOwnEnvironment = true; }
  handleTestEvent(event) { if (event.name === "test_start") this.global.hasSeenStart = true; }
};`,
    "setup.js": 'module.exports = async () => { process.env.OWN_SETUP = "ran"; };',
    "teardown.js": 'module.exports = async () => { console.log("own teardown ran"); };',
    "cleanroom.config.js": requiredConfig,
    "a.test.js": `${requiredTest}
test("is in its project's environment", () => {
  expect([isOwnEnvironment, hasSeenStart, process.env.OWN_SETUP]).toEqual([true, true, "ran"]);
});`,
  },
};

/** Configurations with which Jest would not do what they say, and what is told of that. */
const refused: readonly (readonly [string, Files, string])[] = [
  [
    "the preset, whose set-up is replaced",
    { "jest.config.js": 'module.exports = { preset: "cleanroom-test", globalSetup: "./setup.js" };' },
    "globalSetup: is another than Cleanroom's",
  ],
  [
    "an option that there is not",
    {
      "jest.config.js":
        'const { withCleanroom } = require("cleanroom-test/jest");\nmodule.exports = withCleanroom({}, { confg: "a.js" });',
    },
    "confg: is not an option; did you mean `config`?",
  ],
];

async function write(directory: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), content);
  }
}

describe("a project of the packed package runs", () => {
  test.for(Object.entries(forms))("in the form %s", async ([name, files]) => {
    const root = join(workshop, name.replaceAll(/\W+/g, "-"));
    await write(root, files);
    const areModules = files["package.json"]?.includes("module") === true;

    const run = await judge(jestTests, name, {
      root,
      ...(areModules && { env: { NODE_OPTIONS: "--experimental-vm-modules" } }),
    });

    const { exitCode, counts, created, output } = run;
    const passed = name.startsWith("several projects") ? 4 : 1;
    expect({ exitCode, counts, created }, output).toEqual({
      exitCode: 0,
      counts: { passed, failed: 0 },
      created: ["cache"],
    });
    if (name.startsWith("several projects")) expect(output).toContain("own teardown ran");
    expect(output).not.toContain("did not exit");
  });
});

describe("told of is", () => {
  test.for(refused)("%s", async ([name, files, message]) => {
    const root = join(workshop, name.replaceAll(/\W+/g, "-"));
    const others = { "cleanroom.config.js": requiredConfig, "a.test.js": requiredTest };
    await write(root, {
      "package.json": commonjs,
      "setup.js": "module.exports = () => undefined;",
      ...others,
      ...files,
    });
    const developer = await Developer.create(jestTests);
    const { exitCode, created, output } = await developer.run(name, { root });
    expect({ exitCode, created }, output).toEqual({ exitCode: 1, created: [] });
    expect(output).toContain(message);
  });

  test("a set-up of a project with a file of its own that Jest does not run", async () => {
    const root = join(workshop, "projects-with-files-of-their-own");
    const project = {
      "jest.config.js":
        'const { withCleanroom } = require("cleanroom-test/jest");\nmodule.exports = withCleanroom({ globalSetup: "./setup.js" });',
      "setup.js": "module.exports = () => undefined;",
      "a.test.js": 'test("passes", () => undefined);',
    };
    await write(root, { "package.json": commonjs, "cleanroom.config.js": requiredConfig });
    await write(root, { "jest.config.js": 'module.exports = { projects: ["<rootDir>/one", "<rootDir>/two"] };' });
    for (const name of ["one", "two"])
      await write(join(root, name), { "package.json": `{ "name": "${name}" }`, ...project });
    const { counts, output } = await judge(jestTests, "projects", { root });
    expect(counts, output).toEqual({ passed: 1, failed: 0 });
    expect(output).toMatch(/globalSetup: \S+setup\.js did not run: of several projects with files of their own/);
  });
});
