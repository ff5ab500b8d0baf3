import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { cycles, disallowedImports, heavyChains, importsOutside, type AllowedImports } from "./support/architecture.ts";
import { readTree, root, type SourceTree } from "./support/source-tree.ts";

const basis = ["errors", "time"];
const words = [...basis, "validation", "concurrency", "caches", "lifecycle", "events", "spec", "seed"];
const port = [...words, "build", "backend"];
const warm = [...port, "warm"];
const care = [...warm, "health", "resources", "recovery"];
const started = [...care, "container"];
const services = [...started, "metrics", "registry", "teardown", "services"];
const outputs = [...services, "coordinator", "backend/engine-api", "report", "config", "lock"];
const library = [...outputs, "backend/testcontainers", "environment"];

/** One row a part, from the bottom up; nothing imports what comes after it, or its neighbour on the same level. */
const allowedImports: AllowedImports = {
  errors: [],
  time: ["errors"],

  validation: basis,
  concurrency: basis,
  caches: basis,
  lifecycle: basis,
  events: [...basis, "lifecycle"],
  spec: basis,
  seed: basis,

  build: words,

  backend: words,
  "backend/engine-api": port,
  "backend/testcontainers": [...port, "backend/engine-api"],

  warm: port,
  lock: port,
  health: port,
  resources: port,
  recovery: port,

  container: care,

  registry: started,
  teardown: started,
  metrics: care,
  services: [...started, "registry", "metrics"],

  coordinator: [...services, "backend/engine-api"],
  report: services,
  config: services,

  environment: [...outputs, "backend/testcontainers"],
  "index.ts": library,
  testing: library,
  "integrations/runner": ["index.ts"], // As a user would: through the entries only.
  integrations: ["index.ts", "integrations/runner"],
  cli: [...library, "index.ts", "integrations/runner"],
};

/** What takes longer to load than many a test takes to run; also Cleanroom's own adapter for it. */
const heavyPackages = [
  "testcontainers",
  "dockerode",
  "zod",
  "pg",
  "ioredis",
  "tar-stream",
  "@balena/dockerignore",
  "commander",
];
const adapter = "src/backend/testcontainers";
const isHeavy = (target: string): boolean => heavyPackages.includes(target) || target.startsWith(`${adapter}/`);

const entries = [
  "src/index.ts",
  "src/testing/index.ts",
  "src/integrations/opentelemetry/open-telemetry.ts",
  "src/integrations/vitest/plugin.ts",
  "src/integrations/vitest/test.ts",
  "src/integrations/node/node.ts",
  "src/integrations/node/setup.ts",
  "src/integrations/node/register.ts",
];

const src = readTree("src");

describe("a part imports only what the table allows", () => {
  test("in src", () => {
    expect(disallowedImports(src, allowedImports)).toEqual([]);
  });

  test("and an import against the direction is named, for types and import() too", () => {
    const broken = tree({
      "src/errors/a.ts": `import type { Clock } from "../time/clock.ts";`,
      "src/time/clock.ts": `import { a } from "../errors/a.ts";`,
      "src/backend/port.ts": `\nconst late = () => import("./testcontainers/backend.ts");`,
      "src/backend/testcontainers/backend.ts": `export { x } from "../port.ts";`,
      "src/health/probe.ts": `type Later = import("../recovery/retry.ts").Later;`,
      "src/recovery/retry.ts": "",
      "src/misc/x.ts": "",
    });

    expect(disallowedImports(broken, allowedImports)).toEqual([
      "src/misc/x.ts belongs to no row of the table",
      "src/errors/a.ts:1 imports src/time/clock.ts; errors may import nothing",
      "src/backend/port.ts:2 imports src/backend/testcontainers/backend.ts; " +
        `backend may import ${words.join(", ")}`,
      `src/health/probe.ts:1 imports src/recovery/retry.ts; health may import ${port.join(", ")}`,
    ]);
  });
});

describe("no files load each other in a ring", () => {
  test("in src", () => {
    expect(cycles(src)).toEqual([]);
  });

  test("and a ring is named once; one that only types close is none", () => {
    const broken = tree({
      "src/a.ts": `import { b } from "./b.ts";`,
      "src/b.ts": `export { c } from "./c.ts";`,
      "src/c.ts": `import { type A } from "./a.ts";`,
      "src/d.ts": `import type { A } from "./e.ts";`,
      "src/e.ts": `import { d } from "./d.ts";`,
    });

    expect(cycles(broken)).toEqual(["src/a.ts → src/b.ts → src/c.ts → src/a.ts"]);
  });
});

describe("loading an entry, or the coordinator, loads nothing heavy", () => {
  test("in src", () => {
    const coordinator = [...src.keys()].filter((path) => path.startsWith("src/coordinator/"));
    expect(heavyChains(src, [...entries, ...coordinator], isHeavy)).toEqual([]);
  });

  test("and the chain that would is named; types and import() load nothing", () => {
    const broken = tree({
      "src/index.ts": `export { start } from "./environment.ts";`,
      "src/environment.ts": `import { connect } from "./services/postgres.ts";`,
      "src/services/postgres.ts": `import pg from "pg";`,
      "src/testing/index.ts": `import type { X } from "zod"; const late = () => import("../services/postgres.ts");`,
      "src/light.ts": `import "./backend/testcontainers/backend.ts";`,
      "src/backend/testcontainers/backend.ts": "",
    });

    const from = ["src/index.ts", "src/testing/index.ts", "src/light.ts", "src/gone.ts"];
    expect(heavyChains(broken, from, isHeavy)).toEqual([
      "src/index.ts → src/environment.ts → src/services/postgres.ts → pg",
      "src/light.ts → src/backend/testcontainers/backend.ts",
      "src/gone.ts does not exist",
    ]);
  });
});

describe("one folder knows Testcontainers", () => {
  const engines = ["testcontainers", "dockerode"];

  test("in src", () => {
    expect(importsOutside(src, adapter, engines)).toEqual([]);
  });

  test("and an import elsewhere is named, whatever its form", () => {
    const broken = tree({
      "src/backend/testcontainers/a.ts": `import "testcontainers";`,
      "src/a.ts": `import type { Wait } from "testcontainers";`,
      "src/b.ts": `const late = () => import("dockerode/lib/x.js");`,
    });

    expect(importsOutside(broken, adapter, engines)).toEqual([
      "src/a.ts:1 imports testcontainers",
      "src/b.ts:1 imports dockerode",
    ]);
  });
});

describe("the built package", () => {
  test.for([
    ["import", "cleanroom-test"],
    ["require", "cleanroom-test"],
    ["import", "cleanroom-test/testing"],
    ["require", "cleanroom-test/testing"],
    ["import", "cleanroom-test/vitest"],
    ["import", "cleanroom-test/node"],
    ["require", "cleanroom-test/node"],
    ["import", "cleanroom-test/node/setup"],
  ] as const)("%s %s loads no heavy package", async ([how, specifier]) => {
    expect(existsSync(join(root, "dist")), "dist/ is missing: npm run build").toBe(true);

    const loaded = await loadedBy(how, specifier);

    expect(loaded.files.some((url) => url.includes("/dist/"))).toBe(true);
    // Two kilobytes that carry calls to the coordinator.
    expect(loaded.packages.filter((name) => name !== "birpc")).toEqual([]);
  });

  test("and a heavy package that is loaded is seen", async () => {
    expect((await loadedBy("import", "zod")).packages).toEqual(["zod"]);
    expect((await loadedBy("require", "tar-stream")).packages).toContain("tar-stream");
  });
});

function tree(files: Record<string, string>): SourceTree {
  return new Map(Object.entries(files));
}

/** Loads a module in a fresh process and says which files, and which packages from `node_modules`, that loaded. */
async function loadedBy(
  how: "import" | "require",
  specifier: string,
): Promise<{ files: string[]; packages: string[] }> {
  const script = `
    import { createRequire, registerHooks } from "node:module";
    const files = [];
    registerHooks({ load: (url, context, next) => (files.push(url), next(url, context)) });
    ${how === "import" ? `await import("${specifier}")` : `createRequire(process.cwd() + "/x.js")("${specifier}")`};
    process.stdout.write(JSON.stringify(files));
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: root });
  const files = JSON.parse(stdout) as string[];
  const packages = files.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { files, packages: [...new Set(packages)] };
}
