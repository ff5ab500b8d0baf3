import { join, relative, sep } from "node:path";
import ts from "typescript";
import { root } from "../../support/source-tree.ts";
import type { Files } from "./projects.ts";
import { writeFiles } from "./projects.ts";

/** What the compiler says against files made of blocks, each problem with the block's own place. */
export async function typeProblems(files: Files): Promise<readonly string[]> {
  await using written = await writeFiles(files);
  const paths = [...files.keys()].filter((path) => path.endsWith(".ts"));
  const program = ts.createProgram(
    paths.map((path) => join(written.directory, path)),
    compilerOptions(),
  );
  return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, "\n");
    if (diagnostic.file === undefined) return text;
    const path = relative(written.directory, diagnostic.file.fileName).split(sep).join("/");
    const { line } = diagnostic.file.getLineAndCharacterOfPosition(diagnostic.start ?? 0);
    return `${placeOf(path, line, files)}: ${text}`;
  });
}

/** The names a program can import from the package. */
export function publicNames(): readonly string[] {
  const entry = join(root, "dist", "index.d.ts");
  const program = ts.createProgram([entry], compilerOptions());
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(entry);
  const symbol = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (symbol === undefined) throw new Error("dist/ is missing: npm run build");
  return checker.getExportsOfModule(symbol).map(({ name }) => name);
}

function compilerOptions(): ts.CompilerOptions {
  const path = join(root, "tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(path, (file) => ts.sys.readFile(file)).config,
    ts.sys,
    root,
  );
  // A page may show a value without using it, and import a name only as a type.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false, verbatimModuleSyntax: false };
}

function placeOf(path: string, line: number, files: Files): string {
  const piece = files.get(path)?.pieces.findLast(({ startsAt }) => startsAt <= line);
  if (piece === undefined) return `${path}:${line + 1}`;
  return `${piece.block.document}:${piece.block.line + 1 + line - piece.startsAt}`;
}
