import { readFile, stat } from "node:fs/promises";
import type { Document } from "yaml";
import { hasCode } from "../errors/cleanroom-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import { parseJson } from "../spec/parse-json.ts";
import { configKeyIn } from "./find-config-file.ts";
import { findHazard } from "./find-hazard.ts";

/** Configurations are written by people: what is larger is something else, or meant to fill the memory. */
const MAX_BYTES = 1024 * 1024;

/** How many values aliases may stand for, for each that is written. Source: https://eemeli.org/yaml/#tojs-options */
const MAX_ALIASES = 100;

/** What a file of data holds. */
export interface DataFile {
  /** What it says. */
  readonly value: unknown;
  /** Where something is written, or else the nearest that it is in, as `file:line:column`. */
  readonly placeOf: (path: string) => Promise<string>;
}

/**
 * Reads a configuration from JSON or YAML.
 *
 * @throws ConfigurationError when it cannot be read, is neither, or holds what could harm whoever reads it: keys that change what
 * objects inherit, aliases that multiply, values without end.
 */
export async function readDataFile(file: string): Promise<DataFile> {
  const text = await readText(file);
  const document = file.endsWith(".json") ? undefined : await parseYaml(file, text);
  const whole = document === undefined ? parseStrictJson(file, text) : valueOf(file, document);
  const key = configKeyIn(file);
  const value: unknown = key === undefined || !isObject(whole) ? whole : Reflect.get(whole, key);
  const placeOf = async (path: string): Promise<string> => {
    const { placeIn } = await import("./place-in.ts");
    const inFile = [key ?? "", path].filter((part) => part !== "").join(".");
    return `${file}:${placeIn(document ?? (await parseYaml(file, text)), text, inFile)}`;
  };
  const hazard = findHazard(value);
  if (hazard !== undefined) {
    throw new ConfigurationError({ origin: file, problems: [{ ...hazard, place: await placeOf(hazard.path) }] });
  }
  return { value, placeOf };
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file);
    if (size > MAX_BYTES) refuse(file, `has ${size} bytes; a configuration may have ${MAX_BYTES}`);
    return (await readFile(file, "utf8")).replace(/^\uFEFF/, "");
  } catch (error) {
    if (hasCode(error, "CLEANROOM_CONFIGURATION")) throw error;
    const isGone = isObject(error) && "code" in error && error.code === "ENOENT";
    return refuse(file, isGone ? "there is no such file" : messageOf(error), error);
  }
}

function parseStrictJson(file: string, text: string): unknown {
  try {
    return parseJson<unknown>(text);
  } catch (error) {
    return refuse(file, messageOf(error), error); // It names the line and the column.
  }
}

/** JSON is YAML too, which is how the places of its values are found. */
async function parseYaml(file: string, text: string): Promise<Document.Parsed> {
  const { parseDocument } = await import("yaml");
  const { placeAt } = await import("./place-in.ts");
  // Tags that make other things than data are refused with those that nobody knows.
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true, resolveKnownTags: false });
  const [failure] = [...document.errors, ...document.warnings];
  if (failure === undefined) return document;
  const place = `${file}:${placeAt(text, failure.pos[0])}`;
  const problems = [{ path: "", message: failure.message, place }];
  throw new ConfigurationError({ origin: file, problems }, failure);
}

function valueOf(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    return refuse(file, messageOf(error), error);
  }
}

function refuse(file: string, message: string, cause?: unknown): never {
  throw new ConfigurationError({ origin: file, problems: [{ path: "", message }] }, cause);
}
