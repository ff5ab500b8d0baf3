import ts from "typescript";
import { parse, type SourceTree } from "./source-tree.ts";

/** Something counted, and where it is. */
export interface Finding {
  /** The file, with a line or a name where there is one. */
  readonly at: string;
  /** How many lines it has; 1 for what has no length. */
  readonly lines: number;
}

/** What is measured about a tree. */
export interface Shape {
  /** Every file. */
  readonly files: readonly Finding[];
  /** Every function of more than one line. */
  readonly functions: readonly Finding[];
  /** Every exported declaration. */
  readonly exports: readonly Finding[];
  /** Those of `exports` that have no docstring. */
  readonly undocumentedExports: readonly Finding[];
  /** Every public member of an exported interface, class or object type. */
  readonly members: readonly Finding[];
  /** Those of `members` that have no docstring. */
  readonly undocumentedMembers: readonly Finding[];
  /** Every `any`. */
  readonly anys: readonly Finding[];
  /** Every `as`, other than `as const`. */
  readonly casts: readonly Finding[];
  /** Every `Error`, `TypeError` or `RangeError` made as such. */
  readonly bareErrors: readonly Finding[];
}

/** A limit on the length of files or functions, in lines. */
export interface LengthLimit {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** What a tree must keep to. */
export interface Limits {
  readonly files: LengthLimit;
  readonly functions: LengthLimit;
  /** The least share of exports with a docstring, 0–1. */
  readonly documentedExportsRatio: number;
  /** The least share of members with a docstring, 0–1. */
  readonly documentedMembersRatio: number;
  readonly anys: number;
  readonly castsPerThousandLines: number;
  readonly bareErrors: number;
}

/** Measures every file of a tree. */
export function measure(tree: SourceTree): Shape {
  const shape = {
    files: [] as Finding[],
    functions: [] as Finding[],
    exports: [] as Finding[],
    undocumentedExports: [] as Finding[],
    members: [] as Finding[],
    undocumentedMembers: [] as Finding[],
    anys: [] as Finding[],
    casts: [] as Finding[],
    bareErrors: [] as Finding[],
  };
  for (const [path, text] of tree) {
    const source = parse(path, text);
    shape.files.push({ at: path, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0) });
    const visit = (node: ts.Node): void => {
      const where = { at: `${path}:${lineOf(node.getStart(source), source)}`, lines: 1 };
      if (node.kind === ts.SyntaxKind.AnyKeyword) shape.anys.push(where);
      if (ts.isAsExpression(node) && !ts.isConstTypeReference(node.type)) shape.casts.push(where);
      if (isBareError(node)) shape.bareErrors.push(where);
      if (ts.isFunctionLike(node) && "body" in node && node.body !== undefined) {
        const lines = lineOf(node.end, source) - lineOf(node.getStart(source), source) + 1;
        if (lines > 1) shape.functions.push({ ...where, lines });
      }
      if (isExportedDeclaration(node)) {
        shape.exports.push(where);
        if (!isDocumented(node)) shape.undocumentedExports.push(where);
        for (const member of publicMembers(node)) {
          const named = { at: `${where.at} ${member.name?.getText(source) ?? "(…)"}`, lines: 1 };
          shape.members.push(named);
          if (!isDocumented(member)) shape.undocumentedMembers.push(named);
        }
      }
      node.forEachChild(visit);
    };
    visit(source);
  }
  return shape;
}

/** One sentence for every limit that a shape exceeds, naming the places that are to blame. */
export function excesses(shape: Shape, limits: Limits): readonly string[] {
  const lines = shape.files.reduce((sum, file) => sum + file.lines, 0);
  return [
    ...tooLong("file", shape.files, limits.files),
    ...tooLong("function", shape.functions, limits.functions),
    ...tooFew("exports", shape.exports, shape.undocumentedExports, limits.documentedExportsRatio),
    ...tooFew("members", shape.members, shape.undocumentedMembers, limits.documentedMembersRatio),
    ...tooMany("`any`", shape.anys, limits.anys),
    ...tooMany("`as`", shape.casts, Math.floor((limits.castsPerThousandLines * lines) / 1000)),
    ...tooMany("bare errors", shape.bareErrors, limits.bareErrors),
  ];
}

function tooLong(what: string, found: readonly Finding[], limit: LengthLimit): string[] {
  const sorted = found.toSorted((a, b) => a.lines - b.lines);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.lines ?? 0;
  const longest = (least: number): string =>
    sorted
      .filter((one) => one.lines > least)
      .reverse()
      .slice(0, 10)
      .map((one) => `${one.at} (${one.lines})`)
      .join(", ");
  const measured = [
    [`the median ${what}`, at(0.5), limit.median],
    [`the ${what} at P90`, at(0.9), limit.p90],
    [`the longest ${what}`, at(1), limit.max],
  ] as const;
  return measured.flatMap(([name, is, most]) =>
    is > most ? [`${name} has ${is} lines, at most ${most}: ${longest(most)}`] : [],
  );
}

function tooFew(what: string, all: readonly Finding[], missing: readonly Finding[], least: number): string[] {
  const ratio = all.length === 0 ? 1 : 1 - missing.length / all.length;
  if (ratio >= least) return [];
  return [`${Math.floor(100 * ratio)} % of ${what} are documented, at least ${100 * least} %: ${places(missing)}`];
}

function tooMany(what: string, found: readonly Finding[], most: number): string[] {
  return found.length > most ? [`${found.length} ${what}, at most ${most}: ${places(found)}`] : [];
}

function places(found: readonly Finding[]): string {
  const more = found.length > 20 ? `, and ${found.length - 20} more` : "";
  return (
    found
      .slice(0, 20)
      .map((one) => one.at)
      .join(", ") + more
  );
}

function isBareError(node: ts.Node): boolean {
  return (
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    ["Error", "TypeError", "RangeError"].includes(node.expression.text)
  );
}

function isExportedDeclaration(node: ts.Node): boolean {
  return hasModifier(node, ts.SyntaxKind.ExportKeyword);
}

function publicMembers(node: ts.Node): readonly (ts.ClassElement | ts.TypeElement)[] {
  if (ts.isInterfaceDeclaration(node)) return node.members;
  if (ts.isTypeAliasDeclaration(node) && ts.isTypeLiteralNode(node.type)) return node.type.members;
  if (ts.isClassDeclaration(node)) return node.members.filter(isPublic);
  return [];
}

function isPublic(member: ts.ClassElement): boolean {
  return (
    !ts.isConstructorDeclaration(member) &&
    !ts.isClassStaticBlockDeclaration(member) &&
    !(member.name !== undefined && ts.isPrivateIdentifier(member.name)) &&
    !hasModifier(member, ts.SyntaxKind.PrivateKeyword) &&
    !hasModifier(member, ts.SyntaxKind.ProtectedKeyword)
  );
}

function hasModifier(node: ts.Node, kind: ts.SyntaxKind): boolean {
  return ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((one) => one.kind === kind) === true;
}

function isDocumented(node: ts.Node): boolean {
  return ts.getJSDocCommentsAndTags(node).length > 0;
}

function lineOf(position: number, source: ts.SourceFile): number {
  return source.getLineAndCharacterOfPosition(position).line + 1;
}
