import { ConfigurationError } from "../../index.ts";

/** The only option that a runner's integration has. */
const KNOWN = "config";

/**
 * Checks what the user has given to what integrates a runner: before anything runs, as what is not known would have no effect.
 *
 * @param origin - To whom it was given, for the message.
 * @throws ConfigurationError.
 */
export function checkOptions(origin: string, options: object): void {
  const problems = Object.entries(options).flatMap(([path, value]: [string, unknown]) => {
    if (path !== KNOWN) return [{ path, message: `is not an option; did you mean \`${KNOWN}\`?` }];
    if (value === undefined || (typeof value === "string" && value !== "")) return [];
    return [{ path, message: "must be the path of the configuration file" }];
  });
  if (problems.length > 0) throw new ConfigurationError({ origin, problems });
}
