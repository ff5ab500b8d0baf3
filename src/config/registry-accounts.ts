import type { RegistryAccount } from "../backend/container-backend.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { readVariable } from "./environment-variables.ts";

/** Who images of a registry are fetched as. */
export interface RegistryOptions {
  /** The account. */
  readonly username: string;
  /** Its password, or a token in its place. Give this or `passwordFrom`. */
  readonly password?: string;
  /** The environment variable that has the password. */
  readonly passwordFrom?: string;
}

/** What images that name no registry are from. */
const DOCKER_HUB = "docker.io";

/**
 * Which account an image is fetched with, if any.
 *
 * @param registries - By host, with its port where that is in the names of images: `registry.example:5000`, `docker.io`.
 * @returns A function that throws ConfigurationError when the variable is not set that has the password.
 */
export function accountsOf(
  registries: Readonly<Record<string, RegistryOptions>>,
): (image: string) => RegistryAccount | undefined {
  return (image) => {
    const host = registryOf(image);
    const options = registries[host];
    if (options === undefined) return undefined;
    const { username, password, passwordFrom = "" } = options;
    return { username, password: password ?? readPassword(host, passwordFrom) };
  };
}

/** The registry that an image is from: its host, and its port if it names one. */
function registryOf(image: string): string {
  const first = /^([^/]+)\//.exec(image)?.[1] ?? "";
  // Source: https://github.com/distribution/reference/blob/main/normalize.go (splitDockerDomain)
  return first === "localhost" || /[.:]/.test(first) ? first : DOCKER_HUB;
}

function readPassword(host: string, variable: string): string {
  const password = readVariable(variable);
  if (password !== undefined) return password;
  const message = `the environment variable ${variable}, which has the password, is not set`;
  throw new ConfigurationError({ origin: "The configuration", problems: [{ path: `registries.${host}`, message }] });
}
