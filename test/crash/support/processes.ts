import { readdirSync, readFileSync } from "node:fs";

/** A process as the system shows it. */
export interface RunningProcess {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
}

/** The processes whose command line has this text in it, those of other process namespaces included. */
export function processesNaming(text: string): readonly RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), command: commandOf(name) }))
    .filter(({ command }) => command.includes(text));
}

/** The coordinators of a state directory. */
export function coordinatorsOf(stateDirectory: string): readonly number[] {
  const isCoordinator = /coordinator\.js|coordinator\/main\.ts/;
  return processesNaming(stateDirectory)
    .filter(({ command }) => isCoordinator.test(command))
    .map(({ pid }) => pid);
}

/** The sockets that the system has bound below a directory. */
export function socketsBelow(directory: string): readonly string[] {
  return readFileSync("/proc/net/unix", "utf8")
    .split("\n")
    .filter((line) => line.includes(` ${directory}/`))
    .map((line) => line.slice(line.indexOf(`${directory}/`)));
}

/** Memory that a process uses, in bytes, and how many files it has open; `undefined` once it has ended. */
export function usageOf(pid: number): { readonly rssBytes: number; readonly openFiles: number } | undefined {
  try {
    const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return { rssBytes: Number(kibibytes) * 1024, openFiles: readdirSync(`/proc/${pid}/fd`).length };
  } catch {
    return undefined;
  }
}

/** Kills a process, unless it has ended. */
export function kill(pid: number, signal: NodeJS.Signals = "SIGKILL"): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function commandOf(pid: string): string {
  try {
    const status = readFileSync(`/proc/${pid}/stat`, "utf8");
    if (/\) Z /.test(status)) return ""; // Dead, and only not yet asked after by its parent.
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}
