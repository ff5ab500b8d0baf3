import { ConfigurationError } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";

/** `${db.networkUrl}`: a name that `dependsOn` gives, and a property of that service's handle. */
const REFERENCE = /\$\{([a-z][\w-]*)\.(\w+)\}/gi;

/** A place in an environment variable that the property of a dependency is put into. */
export interface EnvReference {
  /** The environment variable. */
  readonly variable: string;
  /** What `dependsOn` calls the dependency. */
  readonly name: string;
}

/** Every reference in the environment of a service. */
export function referencesIn(env: object): readonly EnvReference[] {
  return Object.entries(env).flatMap(([variable, text]: [string, unknown]) =>
    typeof text === "string" ? [...text.matchAll(REFERENCE)].map(([, name = ""]) => ({ variable, name })) : [],
  );
}

/** Numbers and switches as the texts that all environment variables are: YAML and JSON tell them apart where nobody means to. */
export function asTexts(env: object): Readonly<Record<string, unknown>> {
  const isPlain = (value: unknown): boolean => typeof value === "number" || typeof value === "boolean";
  return Object.fromEntries(
    Object.entries(env).map(([name, value]: [string, unknown]) => [name, isPlain(value) ? String(value) : value]),
  );
}

/**
 * What `env` of a service is that has references: a function of the handles.
 *
 * @throws ConfigurationError, the function, when a handle has no such text or number.
 */
export function fillIn(
  env: object,
): (dependencies: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>> {
  return (dependencies) =>
    Object.fromEntries(
      Object.entries(env).map(([variable, text]: [string, unknown]) => [
        variable,
        typeof text === "string" ? filledIn(variable, text, dependencies) : text,
      ]),
    );
}

function filledIn(variable: string, text: string, dependencies: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(REFERENCE, (reference, name: string, property: string) => {
    const handle = dependencies[name];
    const value: unknown = isObject(handle) ? Reflect.get(handle, property) : undefined;
    if (typeof value === "string" || typeof value === "number") return String(value);
    const message = `${reference} is no text; use a property such as \`networkUrl\`, \`networkHost\` or \`name\``;
    throw new ConfigurationError({ origin: "The configuration", problems: [{ path: `env.${variable}`, message }] });
  });
}
