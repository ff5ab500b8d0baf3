import { hasCode, type Services } from "../index.ts";
import { inCapitals } from "../environment/existing-addresses.ts";
import { exposePart } from "../environment/expose-part.ts";
import type { AnyService } from "../environment/service-catalog.ts";
import { replaceVariables } from "../config/environment-variables.ts";
import { ConfigurationError, type ConfigurationProblem } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";

/**
 * The names of the variables by which a command is told of a part of a service: those of its option `variables`, or `<NAME>_URL`.
 * None where there is nothing to be told, so that no part is needed.
 */
export function givenVariables(name: string, definition: AnyService): readonly string[] {
  const { variables } = definition.options;
  if (variables !== undefined) return Object.keys(variables);
  return isTransaction(definition) ? [] : [defaultVariable(name)];
}

/**
 * Checks that no two of these services are told by the same variable.
 *
 * @throws ConfigurationError with all that are.
 */
export function checkGivenVariables(services: Services): void {
  const owners = new Map<string, string>();
  const problems = Object.entries(services).flatMap(([name, definition]) =>
    givenVariables(name, definition).flatMap((variable) => {
      const owner = owners.get(variable) ?? name;
      owners.set(variable, owner);
      return owner === name ? [] : [clash(name, variable, owner)];
    }),
  );
  if (problems.length > 0) throw new ConfigurationError({ origin: "The configuration", problems });
}

/**
 * Checks that a command is told of each of these services.
 *
 * @throws ConfigurationError with all of which it is told nothing.
 */
export function checkAllGiven(services: Services): void {
  const problems = Object.entries(services)
    .filter(([name, definition]) => givenVariables(name, definition).length === 0)
    .map(([name, definition]) => ({ path: `services.${name}`, message: untold(definition) }));
  if (problems.length > 0) throw new ConfigurationError({ origin: "The command line", problems });
}

function untold(definition: AnyService): string {
  return isTransaction(definition)
    ? "has parts that are transactions, which no other program can take part in"
    : "tells a command nothing, as its `variables` are none";
}

/** Sets in `env` what a command is told of a part of a service. */
export function setGivenVariables(
  name: string,
  definition: AnyService,
  { part, env }: { readonly part: unknown; readonly env: NodeJS.ProcessEnv },
): void {
  if (definition.options.variables !== undefined) exposePart(definition, part, { name, env });
  else {
    const url = urlOf(part);
    if (url !== undefined) replaceVariables({ [defaultVariable(name)]: url }, env);
  }
}

function defaultVariable(name: string): string {
  return `${inCapitals(name)}_URL`;
}

/** What a test gets of it is a connection of one process, of which another program cannot be told. */
function isTransaction({ kind, options }: AnyService): boolean {
  const { isolation } = options;
  return kind === "postgres" && isolation !== undefined && "mode" in isolation && isolation.mode === "transaction";
}

function clash(name: string, variable: string, owner: string): ConfigurationProblem {
  const message = `${variable} is that of \`${owner}\` as well; name another with \`variables\` in one of the two`;
  return { path: `services.${name}.variables`, message };
}

/** Not every part has one: a container that publishes no port says so when it is asked. */
function urlOf(part: unknown): string | undefined {
  if (!isObject(part) || !("url" in part)) return undefined;
  try {
    return typeof part.url === "string" ? part.url : undefined;
  } catch (error) {
    if (hasCode(error, "CLEANROOM_CONFIGURATION")) return undefined;
    throw error;
  }
}
