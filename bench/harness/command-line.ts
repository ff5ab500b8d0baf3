import { parseArgs } from "node:util";
import type { Target } from "./target.ts";

/** What was asked for. */
export interface CommandLine {
  readonly targets: readonly Target[];
  /** One JSON object a line instead of tables. */
  readonly json: boolean;
  /** How often every side is measured; each target's own number when absent. */
  readonly rounds: number | undefined;
  /** Whether what is measured in a smaller size by default is measured in its full one. */
  readonly isFull: boolean;
  readonly help: boolean;
}

/** The command line makes no sense. */
export class UsageError extends Error {}

const options = {
  json: { type: "boolean", default: false },
  rounds: { type: "string" },
  full: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * Reads the command line.
 *
 * @throws UsageError when there is no such target or option.
 */
export function parseCommandLine(words: readonly string[], known: readonly Target[]): CommandLine {
  const { values, positionals } = parse(words);
  const named = positionals.map((id) => find(id, known));
  return {
    targets: named.length === 0 ? known : known.filter((target) => named.includes(target)),
    json: values.json,
    rounds: values.rounds === undefined ? undefined : parseRounds(values.rounds),
    isFull: values.full,
    help: values.help,
  };
}

/** How the benchmark is called. */
export function usage(known: readonly Target[]): string {
  const lines = known.map(({ id, title, defaultRounds }) => `  ${id.padEnd(4)} ${title} (${defaultRounds} rounds)`);
  return `Usage: node bench/run.ts [target…] [--json] [--rounds N] [--full] [--help]

Measures all targets, or those named. Needs a build (npx tsup), a container engine and the test images.

${lines.join("\n")}

  --json      one JSON object a line, nothing else on standard output
  --rounds N  how often every side is measured
  --full      the full size of what is otherwise measured in a smaller one, because it takes long (P7)
  --help      this text
`;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const names = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError(`${error.message}\nThe options are ${names.join(", ")}.`, { cause: error });
  }
}

function find(id: string, known: readonly Target[]): Target {
  const target = known.find((candidate) => candidate.id === id.toUpperCase());
  if (target !== undefined) return target;
  throw new UsageError(
    `There is no target ${JSON.stringify(id)}. The targets are ${known.map((t) => t.id).join(", ")}.`,
  );
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (Number.isInteger(rounds) && rounds > 0) return rounds;
  throw new UsageError(`--rounds must be a positive integer, not ${JSON.stringify(text)}.`);
}
