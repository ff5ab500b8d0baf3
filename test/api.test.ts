import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { typedEntries } from "../tsup.config.ts";
import { root } from "./support/source-tree.ts";

// A reviewer sees in api/ what a change does to the public surface. Each entry is built alone, so that the report is one
// readable file without the hashed chunk names of the real build.

const reports = join(root, "api");
let outDir: string;

beforeAll(async () => {
  await mkdir(reports, { recursive: true });
  outDir = await mkdtemp(join(tmpdir(), "cleanroom-api-"));
});

afterAll(async () => {
  await rm(outDir, { recursive: true, force: true });
});

test.for(Object.entries(typedEntries))("the public surface of %s is the one in api/", async ([name, file]) => {
  await build({
    config: false,
    entry: { [name]: join(root, file) },
    format: "esm",
    dts: { only: true },
    tsconfig: join(root, "tsconfig.src.json"),
    outDir,
    silent: true,
  });

  const surface = await readFile(join(outDir, `${name}.d.ts`), "utf8");

  await expect(surface, "The public surface changed. If it is meant: npm run api").toMatchFileSnapshot(
    join(reports, `${name}.d.ts`),
  );
});

test("api/ holds nothing of an entry that is gone", async () => {
  const expected = Object.keys(typedEntries).map((name) => `${name}.d.ts`);
  expect((await readdir(reports)).filter((file) => !expected.includes(file))).toEqual([]);
});
