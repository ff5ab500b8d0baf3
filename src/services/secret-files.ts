import { ConfigurationError } from "../errors/configuration-error.ts";
import type { FileSpec } from "../spec/container-spec.ts";
import { readNamedFile } from "./env-files.ts";
import type { PlanContext } from "./service-definition.ts";
import type { Secret, ServiceOptions } from "./service-options.ts";

/** Where the main process' shell finds what secrets put into its environment. */
const SCRIPT = "/etc/cleanroom/environment";

/** How secrets get into a container. */
export interface SecretFiles {
  /** One for each, and the script. */
  readonly files: readonly FileSpec[];
  /** Path of the script that puts those into the environment that are to be there; absent where there are none. */
  readonly environmentScript?: string;
}

/** A file whose content stays out of keys, logs and reports. The container's own users may read it, unless `mode` says otherwise. */
export function secretFile(path: string, content: string, mode = 0o444): FileSpec {
  return { path, contentBase64: Buffer.from(content).toString("base64"), mode, isSecret: true };
}

/**
 * Reads secrets from wherever they are.
 *
 * @throws ConfigurationError naming the file or the variable that is not there; never the secret.
 */
export async function readSecrets(
  secrets: NonNullable<ServiceOptions["secrets"]>,
  context: PlanContext,
): Promise<SecretFiles> {
  const read = await Promise.all(
    Object.entries(secrets).map(async ([name, given]) => {
      const secret = typeof given === "string" ? { value: given } : given;
      const content = await contentOf(name, secret, context);
      return { target: `/run/secrets/${name}`, ...secret, content };
    }),
  );
  const files = read.map(({ target, content, mode }) => secretFile(target, content, mode));
  const assignments = read.flatMap(({ env, content }) => (env === undefined ? [] : [assignment(env, content)]));
  if (assignments.length === 0) return { files };
  return { files: [...files, secretFile(SCRIPT, assignments.join(""))], environmentScript: SCRIPT };
}

async function contentOf(name: string, { value, variable, file }: Secret, context: PlanContext): Promise<string> {
  const option = `secrets.${name}`;
  if (value !== undefined) return value;
  if (file !== undefined) return readNamedFile(file, { ...context, option: `${option}.file` });
  const content = variable === undefined ? undefined : context.variables()[variable];
  if (content !== undefined) return content;
  const message = `the environment variable ${variable ?? ""} is not set`;
  throw new ConfigurationError({ origin: context.name, problems: [{ path: `${option}.variable`, message }] });
}

/** Within single quotes a shell takes everything as it is but a single quote. */
function assignment(variable: string, content: string): string {
  const value = content.replace(/\r?\n$/, "");
  return `export ${variable}='${value.replaceAll("'", `'\\''`)}'\n`;
}
