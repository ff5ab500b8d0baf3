import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { PlanContext } from "./service-definition.ts";

/** The environment variables that files hold; those of a later file win. */
export async function readEnvFiles(
  paths: readonly string[],
  context: Pick<PlanContext, "name" | "rootDirectory">,
): Promise<Readonly<Record<string, string>>> {
  const texts = await Promise.all(
    paths.map((path, index) => readNamedFile(path, { ...context, option: `envFiles.${index}` })),
  );
  return Object.assign({}, ...texts.map((text) => parseEnv(text))) as Record<string, string>;
}

/** Where a path is written. */
interface NamedFile extends Pick<PlanContext, "name" | "rootDirectory"> {
  /** The option, for messages. */
  readonly option: string;
}

/**
 * The text of a file that an option names.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readNamedFile(path: string, { name, rootDirectory, option }: NamedFile): Promise<string> {
  const file = resolve(rootDirectory, path);
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new ConfigurationError({ origin: name, problems: [{ path: option, message: `cannot read ${file}` }] }, cause);
  });
}
