import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as engine from "../support/engine.ts";
import { root } from "../support/source-tree.ts";
import { allBlocks, blocksOf, place } from "./support/markdown.ts";
import { firstMissingLine } from "./support/output.ts";
import { projectFiles, writeFiles, type WrittenFiles } from "./support/projects.ts";
import { runLines, runScript, runVitestIn, type CommandRun } from "./support/run-command.ts";

const blocks = allBlocks();
const files = projectFiles(blocks);
const projects = [...new Set([...files.keys()].map((path) => path.split("/")[0] ?? ""))];

describe("the small projects of the documents work", () => {
  let written: WrittenFiles;
  beforeAll(async () => {
    written = await writeFiles(files);
  });
  afterAll(() => written[Symbol.asyncDispose]());

  test("there are some", () => {
    expect(projects.length).toBeGreaterThan(3);
  });

  test.for(projects)("%s", async (project) => {
    const directory = join(written.directory, project);
    const { exitCode, output } = await runProject(project, directory);
    expect(exitCode, output).toBe(0);

    for (const shown of blocks.filter(({ directive }) => directive["output"] === project)) {
      expect(firstMissingLine(shown.text, output), `${place(shown)} is not in:\n${output}`).toBeUndefined();
    }
    const left = await engine.containersLabelled(`dev.cleanroom.project=${directory}`);
    expect(left.map(({ Names }) => Names)).toEqual([]);
  });
});

describe("what a document shows of a run is checked", () => {
  test("every output belongs to a project", () => {
    const names = blocks.flatMap(({ directive }) => directive["output"] ?? []);
    expect(names.filter((name) => !projects.includes(name))).toEqual([]);
  });

  test("a line that the run did not print is found", () => {
    expect(firstMissingLine("b after 12 ms\nc", "a\nb  after 7 ms\nd\nc")).toBeUndefined();
    expect(firstMissingLine("c\nb after 1 ms", "a\nb after 7 ms\nc")).toBe("b after … ms");
  });

  test("a project that fails, fails, whether it is a file or lines", async () => {
    expect((await runLines("true\nnpx cleanroom heal\ntrue\n", root)).exitCode).toBe(1);
    const text = '<!-- test: project=broken file=main.ts run -->\n```ts\nthrow new Error("no");\n```';
    await using written = await writeFiles(projectFiles(blocksOf({ path: "page.md", text })));
    expect((await runScript(join(written.directory, "broken", "main.ts"), written.directory)).exitCode).toBe(1);
  });
});

/** Vitest where the project has a configuration of it, otherwise the file or the lines that say `run`. */
function runProject(project: string, directory: string): Promise<CommandRun> {
  if (files.has(`${project}/vitest.config.ts`)) return runVitestIn(directory);
  const main = blocks.find(({ directive }) => directive["project"] === project && "run" in directive);
  if (main === undefined) throw new Error(`Which file of ${project} is run?`);
  if (main.language === "sh") return runLines(main.text, directory);
  return runScript(join(directory, main.directive["file"] ?? ""), directory);
}
