import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** What a run of Node did. */
export interface ProcessRun {
  /** Its exit code; 1 when a signal ended it. */
  readonly exitCode: number;
  /** Everything it wrote, without colours. */
  readonly output: string;
  /** When its process had ended, in milliseconds since 1970. */
  readonly endedAtMs: number;
}

/** A run that has not ended. */
export interface RunningProcess {
  /** Sends its main process a signal, as `kill` does. */
  signal(signal: NodeJS.Signals): void;
  /** Resolves when it next writes this to its standard output. */
  nextPrints(text: string): Promise<void>;
  /** Sends SIGINT to all its processes, as a terminal does on Ctrl-C. */
  pressCtrlC(): void;
}

/** What a run can be given. */
export interface ProcessRunOptions {
  /** Environment variables in addition to this process's; among them is `CI`, where nothing is kept to be looked at. */
  readonly env?: Readonly<Record<string, string>>;
  /** What happens to it meanwhile. */
  readonly whileRunning?: (run: RunningProcess) => Promise<void>;
  /** Where it runs; here when absent. */
  readonly cwd?: string;
}

/** Runs Node in a process of its own, as a user does. */
export async function runProcess(args: readonly string[], options: ProcessRunOptions = {}): Promise<ProcessRun> {
  const { env, whileRunning, cwd } = options;
  // What this very run of vitest has set for its own workers is not the other's concern.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("VITEST") && name !== "TEST");
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", CI: "true", ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true, // A process group of its own, as a terminal gives it.
    timeout: 120_000,
  });
  const outputs = Promise.all([text(child.stdout), text(child.stderr)]);
  const exit = once(child, "exit").then(([code]: (number | null)[]) => ({ code, endedAtMs: Date.now() }));
  void whileRunning?.({
    signal: (signal) => child.kill(signal),
    nextPrints: (wanted) => nextPrints(child.stdout, wanted),
    pressCtrlC: () => process.kill(-(child.pid ?? 0), "SIGINT"),
  });
  const { code, endedAtMs } = await exit;
  return { exitCode: code ?? 1, output: (await outputs).join(""), endedAtMs };
}

async function nextPrints(output: Readable, wanted: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let printed = "";
  const onData = (chunk: Buffer | string): void => {
    printed += chunk.toString();
    if (printed.includes(wanted)) resolve(undefined);
  };
  output.on("data", onData);
  await promise;
  output.off("data", onData);
}
