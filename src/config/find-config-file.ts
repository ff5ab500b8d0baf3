import { access, readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";
import { parseJson } from "../spec/parse-json.ts";

const PROGRAMS = ["ts", "mts", "js", "mjs"];
const DATA = ["json", "yaml", "yml"];
const EXTENSIONS = [...PROGRAMS, ...DATA];
const FILE_NAMES = EXTENSIONS.map((extension) => `cleanroom.config.${extension}`);

const MANIFEST = "package.json";

/** The key of `package.json` that may hold the configuration. */
const MANIFEST_KEY = "cleanroom";

/**
 * The configuration file of the project that `startDirectory` is in: the nearest one, there or further up. It is a
 * `cleanroom.config` with the extension `ts`, `mts`, `js`, `mjs`, `json`, `yaml` or `yml`, or a `package.json` with the key
 * `cleanroom`.
 *
 * @throws ConfigurationError when there is none, or when one directory has several.
 */
export async function findConfigFile(startDirectory: string): Promise<string> {
  for (const directory of upwards(resolve(startDirectory))) {
    const [file, ...others] = await configFilesIn(directory);
    if (others.length > 0) refuseSeveral(directory, [file, ...others]);
    if (file !== undefined) return join(directory, file);
  }
  const others = EXTENSIONS.slice(1).map((extension) => `.${extension}`);
  const names = `${FILE_NAMES[0]} (or ${others.join(", ")}) and no ${MANIFEST} with the key \`${MANIFEST_KEY}\``;
  const message = `there is no ${names} in ${resolve(startDirectory)} or above; make one with \`export default defineConfig({ services: { … } })\``;
  throw new ConfigurationError({ origin: "The configuration", problems: [{ path: "", message }] });
}

/** Whether a configuration file is read, in place of being run. */
export function isDataFile(file: string): boolean {
  return DATA.some((extension) => file.endsWith(`.${extension}`));
}

/** The key within a file of data that holds the configuration; absent where the whole file is it. */
export function configKeyIn(file: string): string | undefined {
  return basename(file) === MANIFEST ? MANIFEST_KEY : undefined;
}

/** Whether a file can be reached. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function configFilesIn(directory: string): Promise<readonly string[]> {
  const names = [...FILE_NAMES, MANIFEST];
  const areThere = await Promise.all(
    names.map((name) => (name === MANIFEST ? hasKey(join(directory, name)) : exists(join(directory, name)))),
  );
  return names.filter((_name, index) => areThere[index]);
}

/** A manifest that cannot be read, or is no JSON, is npm's to complain of. */
async function hasKey(manifest: string): Promise<boolean> {
  try {
    const content = parseJson<unknown>(await readFile(manifest, "utf8"));
    return isObject(content) && Object.hasOwn(content, MANIFEST_KEY);
  } catch {
    return false;
  }
}

function refuseSeveral(directory: string, files: readonly (string | undefined)[]): never {
  const message = `${directory} has ${files.join(" and ")}; keep one of them`;
  throw new ConfigurationError({ origin: "The configuration", problems: [{ path: "", message }] });
}

/** A directory and all that it is in. */
function* upwards(directory: string): Generator<string> {
  yield directory;
  const parent = dirname(directory);
  if (parent !== directory) yield* upwards(parent);
}
