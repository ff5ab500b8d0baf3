import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";

/** Up to how many typing mistakes a name is still taken for another. */
const MAX_TYPOS = 3;

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
  return error?.issues.flatMap((issue) => problemsOf(issue, schema)) ?? [];
}

function problemsOf(issue: z.core.$ZodIssue, schema: z.ZodType): readonly ConfigurationProblem[] {
  const path = issue.path.join(".");
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => ({ path, message: lowerFirst(message) }));
  if (issue.code !== "unrecognized_keys") return [{ path, message: lowerFirst(issue.message) }];
  const known = knownKeys(schema, issue.path);
  return issue.keys.map((key) => ({ path: path === "" ? key : `${path}.${key}`, message: unknownKey(key, known) }));
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = known.length === 0 ? undefined : closest(key, [...known]);
  if (nearest !== undefined && distance(key, nearest) <= MAX_TYPOS)
    return `is not an option; did you mean \`${nearest}\`?`;
  return `is not an option${known.length === 0 ? "" : `; known are ${known.toSorted().join(", ")}`}`;
}

/** The names that an object at `path` may have. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  let possible = alternatives(schema);
  for (const step of path) possible = possible.flatMap((one) => alternatives(stepInto(one, step)));
  return [...new Set(possible.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

function stepInto(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<PropertyKey, unknown>)[step];
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** The schemas of which a value need fulfil only one. */
function alternatives(schema: unknown): readonly unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodLazy) return alternatives(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.flatMap(alternatives) : [schema];
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
