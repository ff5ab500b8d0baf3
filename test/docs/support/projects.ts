import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { root } from "../../support/source-tree.ts";
import type { Block } from "./markdown.ts";
import { place } from "./markdown.ts";

/** A file made of blocks, and where in it each of them starts, counted from 0. */
export interface SourceFile {
  readonly text: string;
  readonly pieces: readonly { readonly block: Block; readonly startsAt: number }[];
}

/** Files by their path in the directory that `writeFiles` makes. */
export type Files = ReadonlyMap<string, SourceFile>;

/** The files of the small projects that blocks add up to, each in a folder of its project's name, or of several. */
export function projectFiles(blocks: readonly Block[]): Files {
  const files = new Map<string, SourceFile>();
  for (const block of blocks) {
    const { project, file } = block.directive;
    if (project === undefined || file === undefined) continue;
    for (const each of project.split(",")) {
      const path = `${each}/${file}`;
      const other = files.get(path);
      if (other !== undefined)
        throw new Error(`${place(block)}: ${path} is already at ${place(other.pieces[0]!.block)}`);
      files.set(path, { text: block.text, pieces: [{ block, startsAt: 0 }] });
    }
  }
  return files;
}

/**
 * A file for each block that is only type-checked; one that says `continues` goes on where the block before it ended. What
 * such a file leaves out is what a page's other blocks have said already: the imports from the package.
 */
export function fragmentFiles(blocks: readonly Block[], publicNames: readonly string[]): Files {
  const files = new Map<string, SourceFile>();
  let path = "";
  for (const block of blocks.filter(({ directive }) => "types" in directive)) {
    if ("continues" in block.directive) {
      const before = files.get(path);
      if (before === undefined) throw new Error(`${place(block)}: there is no block that it could continue`);
      const startsAt = before.text.split("\n").length - 1;
      files.set(path, { text: before.text + block.text, pieces: [...before.pieces, { block, startsAt }] });
    } else {
      path = `fragments/${block.document.replaceAll(/\W/g, "-")}-${block.line}.ts`;
      const text = preludeOf(block.text, publicNames) + block.text;
      files.set(path, { text, pieces: [{ block, startsAt: 1 }] });
    }
  }
  return files;
}

/** Imports what a fragment neither imports nor declares itself. */
function preludeOf(text: string, publicNames: readonly string[]): string {
  const imports = [...text.matchAll(/^import (?:type )?\{([^}]*)\} from "cleanroom-test"/gm)].map(([, names]) => names);
  const own = (name: string): boolean =>
    new RegExp(String.raw`\b${name}\b`).test(imports.join()) ||
    new RegExp(String.raw`\b(const|let|function|class) ${name}\b`).test(text);
  return `import { ${publicNames.filter((name) => !own(name)).join(", ")} } from "cleanroom-test";\n`;
}

/** Files on disk. Disposing removes them. */
export interface WrittenFiles extends AsyncDisposable {
  readonly directory: string;
}

/** Writes files to a directory of their own inside the repository, where `cleanroom-test` leads to the build. */
export async function writeFiles(files: Files): Promise<WrittenFiles> {
  await mkdir(join(root, ".toolchain"), { recursive: true });
  const directory = await mkdtemp(join(root, ".toolchain", "docs-"));
  for (const [path, { text }] of files) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}
