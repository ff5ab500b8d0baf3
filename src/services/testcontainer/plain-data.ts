import type { ConfigurationProblem } from "../../errors/configuration-error.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { isObject } from "../../errors/is-object.ts";

/**
 * The same value, if it is the same in every process it is sent to. A field that is `undefined` counts as absent.
 *
 * @param origin - Whose option `connection` it comes from.
 * @throws ConfigurationError that names everything in it that is not plain data.
 */
export function plainData(value: unknown, origin: string): unknown {
  const problems = problemsOf(value, "connection", []);
  if (problems.length > 0) throw new ConfigurationError({ origin, problems });
  return value;
}

function problemsOf(value: unknown, path: string, within: readonly unknown[]): readonly ConfigurationProblem[] {
  const kind = kindOf(value, within);
  if (kind !== undefined)
    return [{ path, message: `must return plain data that other processes can get, not ${kind}` }];
  if (typeof value !== "object" || value === null) return [];
  const inside = [...within, value];
  return Object.entries(value)
    .filter(([, part]) => Array.isArray(value) || part !== undefined)
    .flatMap(([name, part]) => problemsOf(part, `${path}.${name}`, inside));
}

/** What a value is that is not plain, in words; what it holds is not looked at. */
function kindOf(value: unknown, within: readonly unknown[]): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      if (within.includes(value)) return "something that contains itself";
      return value === null || Array.isArray(value) ? undefined : classOf(value);
    case "undefined":
      return "undefined";
    default:
      return `a ${typeof value}`;
  }
}

/** By its name, not its identity: test runners run code in realms of their own, each with its own `Object`. */
function classOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isObject(prototype) || Object.getPrototypeOf(prototype) === null) return undefined;
  return `an instance of ${prototype.constructor.name}`;
}
