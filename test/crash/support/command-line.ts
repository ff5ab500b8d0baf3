import { parseArgs } from "node:util";

/** The command line makes no sense. */
class UsageError extends Error {}

/** One option that takes a value. */
export interface Option {
  /** What the value is, in capitals, for the help. */
  readonly value: string;
  /** What it is for. */
  readonly about: string;
  /** Whether it is a number, and which numbers make sense; a text when absent. */
  readonly number?: { readonly isValid: (value: number) => boolean; readonly mustBe: string };
}

/** A whole number that is not negative. */
export const wholeNumber = {
  isValid: (value: number) => Number.isSafeInteger(value) && value >= 0,
  mustBe: "a whole number that is not negative",
};

/** A whole number from 1 on. */
export const positiveInteger = {
  isValid: (value: number) => Number.isSafeInteger(value) && value > 0,
  mustBe: "a whole number from 1 on",
};

/** A number greater than 0. */
export const positiveNumber = {
  isValid: (value: number) => Number.isFinite(value) && value > 0,
  mustBe: "a number greater than 0",
};

/** What was given, by option; and whether help was asked for. */
export type Given<Options extends Readonly<Record<string, Option>>> = {
  readonly [Name in keyof Options]?: Options[Name] extends { readonly number: object } ? number : string;
} & { readonly help: boolean };

/**
 * Reads a command line.
 *
 * @throws UsageError when there is no such option, or its value makes no sense.
 */
export function readCommandLine<const Options extends Readonly<Record<string, Option>>>(
  words: readonly string[],
  options: Options,
): Given<Options> {
  const { help = false, ...texts } = parse(words, Object.keys(options));
  const values = Object.entries(texts).map(([name, text]) => [name, valueOf(name, String(text), options[name])]);
  return { ...Object.fromEntries(values), help: help === true } as Given<Options>;
}

/** The help. */
export function usage(command: string, about: string, options: Readonly<Record<string, Option>>): string {
  const rows = Object.entries(options).map(([name, { value, about: what }]) => [`--${name} ${value}`, what]);
  const lines = [...rows, ["--help", "this text"]].map(([left = "", right = ""]) => `  ${left.padEnd(16)} ${right}`);
  return `Usage: npm run ${command} -- [options]\n\n${about}\n\n${lines.join("\n")}\n`;
}

/** Runs a program, and explains what is wrong with its command line. Resolves with the exit code. */
export async function runProgram(help: string, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${help}`);
    return 2;
  }
}

function parse(
  words: readonly string[],
  names: readonly string[],
): Readonly<Record<string, string | boolean | undefined>> {
  const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    return parseArgs({ args: [...words], options: { ...options, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const known = [...names, "help"].map((name) => `--${name}`).join(", ");
    throw new UsageError(`${error.message}\nThe options are ${known}.`, { cause: error });
  }
}

function valueOf(name: string, text: string, option: Option | undefined): number | string {
  if (option?.number === undefined) return text;
  const value = Number(text);
  if (text.trim() !== "" && option.number.isValid(value)) return value;
  throw new UsageError(`--${name} must be ${option.number.mustBe}, not ${JSON.stringify(text)}.`);
}
