import { relative } from "node:path";
import type { ConfigValue } from "../index.ts";
import { loadConfig } from "../index.ts";
import { complaintsAboutVariables } from "../config/unknown-variables.ts";
import type { SettingFlags } from "./setting-flags.ts";
import { assignmentsOf } from "./setting-flags.ts";
import { table } from "./table.ts";
import { print, printError } from "./terminal.ts";

/** The longest value that is printed whole in a table, in characters; JSON has all of it. */
const MAX_LENGTH = 100;

/** What `cleanroom config` is told. */
export interface ConfigCommandOptions extends SettingFlags {
  /** Path of the configuration. */
  readonly config?: string;
  /** Whether to say where each value came from. */
  readonly explain?: boolean;
  /** Whether to print JSON, which says that in any case. */
  readonly json?: boolean;
}

/** Prints every setting and every option of every service, as they are after all sources have had their say. */
export async function printConfig(options: ConfigCommandOptions): Promise<void> {
  const { config: path, explain = false, json = false } = options;
  const { values, file } = await loadConfig({ ...(path !== undefined && { file: path }), set: assignmentsOf(options) });
  if (json) print(JSON.stringify({ file, values }, null, 2));
  else print(table(values.map((value) => rowOf(value, explain))).replaceAll(file, relative(process.cwd(), file)));
  for (const complaint of await complaintsAboutVariables()) printError(complaint);
}

function rowOf({ path, value, origin, others }: ConfigValue, isExplained: boolean): Readonly<Record<string, string>> {
  const row = { PATH: path, VALUE: inWords(value) };
  if (!isExplained) return row;
  const overruled = others.filter(({ source }) => source !== "default");
  const over = overruled.map((other) => `${other.origin} (${inWords(other.value)})`).join(", ");
  return { ...row, FROM: origin, OVER: over };
}

function inWords(value: unknown): string {
  if (value === undefined) return "-";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`;
}
