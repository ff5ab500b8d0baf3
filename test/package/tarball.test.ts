import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { containersLabelled, createdSince } from "../support/engine.ts";
import { installPackage } from "../support/installed-package.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A project with the packed package installed and, beside it, links to what it depends on. */
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "cleanroom-tarball-"));
  await installPackage(project);
});

afterAll(async () => {
  await rm(project, { recursive: true, force: true });
});

/** Starts a Redis, uses it, and lets `await using`'s long form remove it. */
const script = (load: string): string => `
${load}
(async () => {
  const environment = await CleanroomEnvironment.start({ services: { cache: redis("cleanroom-test/redis:7") } });
  try {
    const database = await environment.services.cache.isolate();
    console.log(new URL(database.url).protocol === "redis:", environment.services.cache.state);
    await database[Symbol.asyncDispose]();
  } finally {
    await environment[Symbol.asyncDispose]();
  }
})();
`;

const forms = {
  "an ES module": ["use.mjs", 'import { CleanroomEnvironment, redis } from "cleanroom-test";'],
  "a CommonJS module": ["use.cjs", 'const { CleanroomEnvironment, redis } = require("cleanroom-test");'],
} as const;

test.for(Object.entries(forms))("%s starts a service with the packed package", async ([, [file, load]]) => {
  await writeFile(join(project, file), script(load));
  const label = `dev.cleanroom.project=${project}`;
  const startedAtMs = Date.now();

  const { stdout, stderr } = await run(process.execPath, [file], { cwd: project, timeout: 60_000 });

  expect({ stdout, stderr }).toEqual({ stdout: "true running\n", stderr: "" });
  expect(await createdSince(startedAtMs, label)).toHaveLength(1);
  expect(await containersLabelled(label)).toEqual([]);
});

// What tries again is a module only, which the CommonJS form has to contain.
test.for(Object.entries(forms))("%s tries a start again", async ([, [file, load]]) => {
  const failing = `
${load.replace("redis", "container")}
const web = container("cleanroom-test/service:1", { command: ["false"], ports: [8080], recovery: { retry: { delayMs: 1 } } });
CleanroomEnvironment.start({ services: { web } }).catch((error) => console.log(error.code, error.errors.length));
`;
  await writeFile(join(project, `again-${file}`), failing);

  const { stdout, stderr } = await run(process.execPath, [`again-${file}`], { cwd: project, timeout: 60_000 });

  expect({ stdout, stderr }).toEqual({ stdout: "CLEANROOM_EXITED_AT_START 3\n", stderr: "" });
});

test("the types serve a TypeScript project in both forms", async () => {
  const source = `
import { CleanroomEnvironment, defineConfig, postgres } from "cleanroom-test";
const config = defineConfig({ services: { db: postgres("postgres:17-alpine") } });
export async function port(): Promise<number> {
  const environment = await CleanroomEnvironment.start(config);
  const { db } = environment.services;
  // @ts-expect-error: there is no such service.
  environment.services.cache;
  return db.port() + db.database.length;
}
`;
  await writeFile(join(project, "types.mts"), source);
  await writeFile(join(project, "types.cts"), source);
  const options = { strict: true, module: "nodenext", target: "es2024", types: ["node"], noEmit: true };
  const config = { compilerOptions: { ...options, lib: ["esnext"] }, files: ["types.mts", "types.cts"] };
  await writeFile(join(project, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(repository, "node_modules/typescript/bin/tsc");

  const { stdout } = await run(process.execPath, [tsc, "-p", project]).catch(
    (error: unknown) => error as { stdout: string },
  );

  expect(stdout).toBe("");
});

test("the command line runs and says its version", async () => {
  const cli = join(project, "node_modules/cleanroom-test/dist/cli.js");
  const { stdout } = await run(process.execPath, [cli, "--version"]);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  const doctor = await run(process.execPath, [cli, "doctor"]);
  expect(doctor.stdout).toContain("The engine answers.");
});

test("the command line says what is wrong and fails", async () => {
  const cli = join(project, "node_modules/cleanroom-test/dist/cli.js");
  const env = { ...process.env, DOCKER_HOST: "unix:///nonexistent.sock" };
  const failure = await run(process.execPath, [cli, "doctor"], { env }).catch((error: unknown) => error);
  expect(failure).toMatchObject({
    code: 1,
    stderr:
      "No container engine answers at unix:///nonexistent.sock (from DOCKER_HOST): connect ENOENT /nonexistent.sock.\n" +
      "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.\n",
  });
});
