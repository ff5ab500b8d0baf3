import { replaceVariables } from "../config/environment-variables.ts";
import { variablesOf } from "../services/part-variables.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";

/** Where a part is made known, and under which name its service is known itself. */
export interface ExposeOptions {
  /** Name of the service, for messages. */
  readonly name: string;
  /**
   * The environment variables to change.
   * @default those of this process
   */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Sets the environment variables that the option `variables` of a service asks for, so that programs find a part of it. The
 * caller calls the returned function, once, before he gives the part back: it puts back what was there.
 *
 * @throws ConfigurationError when a value is not text, or the part has no such property; what a function of `variables` throws.
 */
export function exposePart<Isolated>(
  definition: ServiceDefinition<unknown, Isolated>,
  part: Isolated,
  { name, env }: ExposeOptions,
): () => void {
  return replaceVariables(variablesOf(name, definition, part), env);
}
