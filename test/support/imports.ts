import { posix } from "node:path";
import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** One file or package that a file names. */
export interface Import {
  /** The file that imports. */
  readonly from: string;
  /** The line of the import, counted from 1. */
  readonly line: number;
  /** A file of the tree, or the name of a package. */
  readonly to: string;
  /** `value` is loaded with the file, `lazy` by an `import()` when it runs, `type` never. */
  readonly kind: "value" | "lazy" | "type";
}

/** Every import of every file, `export … from` included. */
export function importsOf(tree: SourceTree): readonly Import[] {
  return [...tree].flatMap(([path, text]) => importsIn(parse(path, text)));
}

/** The imports of one file; the built-in modules of Node are left out. */
function importsIn(source: ts.SourceFile): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const named = namedModule(node);
    if (named !== undefined && !named.specifier.startsWith("node:")) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      found.push({
        from: source.fileName,
        line: line + 1,
        to: target(source.fileName, named.specifier),
        kind: named.kind,
      });
    }
    node.forEachChild(visit);
  };
  visit(source);
  return found;
}

function namedModule(node: ts.Node): { specifier: string; kind: Import["kind"] } | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
    // `import { type A } from` still loads the file; only `import type` does not.
    const isType = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { specifier: node.moduleSpecifier.text, kind: isType ? "type" : "value" };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    return { specifier: node.moduleSpecifier.text, kind: node.isTypeOnly ? "type" : "value" };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, kind: "type" };
  }
  return lazilyNamedModule(node);
}

function lazilyNamedModule(node: ts.Node): { specifier: string; kind: "lazy" } | undefined {
  if (!ts.isCallExpression(node) || node.expression.kind !== ts.SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  if (argument === undefined || !ts.isStringLiteralLike(argument)) return undefined;
  return { specifier: argument.text, kind: "lazy" };
}

function target(from: string, specifier: string): string {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(from), specifier);
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}
