import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { PlanContext } from "./service-definition.ts";

/** Whose files they are. */
type Owner = Pick<PlanContext, "name" | "rootDirectory">;

/** What reading them needs. */
interface EnvFilesContext extends Owner {
  /** What option says what such a variable would, by its name; none when absent. */
  readonly optionsByVariable?: Readonly<Record<string, string>>;
}

/**
 * The environment variables that files hold; those of a later file win.
 *
 * @throws ConfigurationError when one cannot be read, or holds a variable that has an option.
 */
export async function readEnvFiles(
  paths: readonly string[],
  { name, rootDirectory, optionsByVariable = {} }: EnvFilesContext,
): Promise<Readonly<Record<string, string>>> {
  const read = paths.map(async (path, index) => {
    const option = `envFiles.${index}`;
    const text = (await readNamedFile(path, { name, rootDirectory, option })).toString();
    // Some editors begin a file with a byte order mark, which would be taken for a part of the first name.
    const variables = parseEnv(text.replace(/^\uFEFF/, ""));
    const problems = Object.keys(variables).flatMap((variable) => {
      const ofOurs = optionsByVariable[variable];
      return ofOurs === undefined
        ? []
        : [{ path: option, message: `${path} has ${variable}; use the option \`${ofOurs}\`` }];
    });
    if (problems.length > 0) throw new ConfigurationError({ origin: name, problems });
    return variables;
  });
  return Object.assign({}, ...(await Promise.all(read))) as Record<string, string>;
}

/** Where a path is written. */
interface NamedFile extends Owner {
  /** The option, for messages. */
  readonly option: string;
}

/**
 * The content of a file that an option names.
 *
 * @throws ConfigurationError when it cannot be read.
 */
export async function readNamedFile(path: string, { name, rootDirectory, option }: NamedFile): Promise<Buffer> {
  const file = resolve(rootDirectory, path);
  return readFile(file).catch((cause: unknown) => {
    throw new ConfigurationError({ origin: name, problems: [{ path: option, message: `cannot read ${file}` }] }, cause);
  });
}
