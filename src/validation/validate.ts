import type { z } from "zod";
import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { knownKeys, valueAt } from "./known-keys.ts";
import { nearest } from "./nearest.ts";
import type { Issue } from "./union-branch.ts";
import { issuesOfBranch } from "./union-branch.ts";

/**
 * Checks what the user wrote, before anything starts.
 *
 * @param origin - What it is, for messages, for example `db, a postgres(),`.
 * @throws ConfigurationError with every problem; an unknown name comes with the known one that is closest.
 */
export function validate(schema: z.ZodType, value: unknown, origin: string): void {
  const problems = findProblems(schema, value);
  if (problems.length > 0) throw new ConfigurationError({ origin, problems });
}

/** Everything that is wrong with a value, in the order of its fields. */
export function findProblems(schema: z.ZodType, value: unknown): readonly ConfigurationProblem[] {
  const { error } = schema.safeParse(value);
  return error?.issues.flatMap(issuesOfBranch).flatMap((issue) => problemsOf(issue, schema, value)) ?? [];
}

function problemsOf(issue: Issue, schema: z.ZodType, value: unknown): readonly ConfigurationProblem[] {
  const path = issue.path.join(".");
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message: lowerFirst(message) }));
  if (issue.code === "invalid_union" && "discriminator" in issue) return [problemOfKind(issue, value)];
  if (isOfChoice(issue)) return [{ path, message: noneOf(issue.values.map(String), valueAt(value, issue.path)) }];
  if (issue.code !== "unrecognized_keys") return [{ path, message: lowerFirst(issue.message) }];
  const known = knownKeys(schema, value, issue.path);
  return issue.keys.map((key) => ({ path: path === "" ? key : `${path}.${key}`, message: unknownKey(key, known) }));
}

/** The field that says which of several shapes an object has is missing, or says none of them. */
function problemOfKind(issue: z.core.$ZodIssueInvalidUnion, value: unknown): ConfigurationProblem {
  const given = valueAt(value, issue.path);
  if (typeof given !== "string") return { path: issue.path.slice(0, -1).join("."), message: lowerFirst(issue.message) };
  const kinds = "options" in issue ? issue.options.map(String) : [];
  return { path: issue.path.join("."), message: noneOf(kinds, given) };
}

/** Whether a value is none of several, unless the schema has words of its own for that. */
function isOfChoice(issue: Issue): issue is z.core.$ZodIssueInvalidValue {
  return issue.code === "invalid_value" && issue.values.length > 1 && issue.message.startsWith("Invalid option: ");
}

function noneOf(known: readonly string[], given: unknown): string {
  const meant = typeof given === "string" ? nearest(given, known) : undefined;
  const expected = `must be one of ${known.map((one) => JSON.stringify(one)).join(", ")}`;
  return meant === undefined ? expected : `${expected}; did you mean ${JSON.stringify(meant)}?`;
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  if (meant !== undefined) return `is not an option; did you mean \`${meant}\`?`;
  return `is not an option${known.length === 0 ? "" : `; known are ${known.toSorted().join(", ")}`}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
