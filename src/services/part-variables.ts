import { ConfigurationError } from "../errors/configuration-error.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/** Names of the properties of a part that are text or numbers. */
export type TextProperty<Part> = string &
  { readonly [Name in keyof Part]: Part[Name] extends string | number ? Name : never }[keyof Part];

/**
 * Environment variables by which a program finds a part of a service. The value of each is a property of the part, such as
 * `"url"`, or what a function makes of the part.
 */
export type PartVariables<Part> = Readonly<Record<string, TextProperty<Part> | ((part: Part) => string)>>;

/** What the value of a variable comes from, whatever the part is. */
export type VariableSource = string | ((part: never) => string);

/**
 * The environment variables that the option `variables` of a service asks for, with their values for one part of it.
 *
 * @param name - Name of the service, for messages.
 * @throws ConfigurationError when a value is not text, or the part has no such property; what a function throws.
 */
export function variablesOf<Isolated>(
  name: string,
  { options }: ServiceDefinition<unknown, Isolated>,
  part: Isolated,
): Readonly<Record<string, string>> {
  const entries = Object.entries(options.variables ?? {});
  return Object.fromEntries(entries.map(([variable, source]) => [variable, valueOf({ name, variable, source }, part)]));
}

interface Variable {
  readonly name: string;
  readonly variable: string;
  readonly source: VariableSource;
}

function valueOf({ name, variable, source }: Variable, part: unknown): string {
  // A function was written for the parts of this very service; a property may be inherited, as a getter is.
  const value: unknown = typeof source === "function" ? source(part as never) : Reflect.get(Object(part), source);
  if (typeof value === "string" || typeof value === "number") return String(value);
  const what = typeof source === "function" ? "its function returned" : `\`${source}\` of what tests get of ${name} is`;
  const message = `must be text or a number, but ${what} ${value === null ? "null" : typeof value}`;
  throw new ConfigurationError({
    origin: "The configuration",
    problems: [{ path: `services.${name}.variables.${variable}`, message }],
  });
}
