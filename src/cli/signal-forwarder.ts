import type { ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { Clock } from "../time/clock.ts";

/** Interrupts within so many milliseconds are one: npm and npx pass on what the terminal has sent to everybody. */
const SAME_WITHIN_MS = 300;

/** Two of them within so many milliseconds end a command that does not end by itself. */
const FORCE_WITHIN_MS = 2000;

/**
 * Passes signals on to a command. What a terminal sends it sends to every process in its foreground, to the command as well: that
 * is not passed on, since many a program takes a second Ctrl-C as the wish to end at once, without cleaning up. When a terminal
 * is closed, though, only whoever leads its session is told, as shells do, and has to tell the others.
 */
export class SignalForwarder {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #hasTerminal = hasTerminal();
  readonly #leadsSession = leadsSession();
  #interruptedAtMs = -Infinity;
  #hasForced = false;
  #hasHungUp = false;

  constructor(child: ChildProcess, clock: Clock) {
    this.#child = child;
    this.#clock = clock;
  }

  /** Whether the command was ended because Ctrl-C came twice. */
  get hasForced(): boolean {
    return this.#hasForced;
  }

  /** Passes one on. */
  forward(signal: NodeJS.Signals): void {
    if (signal === "SIGINT") this.#interrupt();
    else if (signal === "SIGHUP" && this.#hasTerminal) this.#hangUp();
    else if (signal === "SIGTERM" || !this.#hasTerminal) this.#child.kill(signal);
  }

  /** To all in the foreground, as the terminal does it; this process is among them. */
  #hangUp(): void {
    if (!this.#leadsSession || this.#hasHungUp) return;
    this.#hasHungUp = true;
    process.kill(0, "SIGHUP");
  }

  #interrupt(): void {
    const sinceLastMs = this.#clock.now() - this.#interruptedAtMs;
    if (sinceLastMs <= SAME_WITHIN_MS) return;
    this.#interruptedAtMs = this.#clock.now();
    // In time only: programs in which one types, such as psql, take each Ctrl-C as the end of the line.
    if (sinceLastMs <= FORCE_WITHIN_MS) {
      this.#hasForced = true;
      this.#child.kill("SIGKILL");
    } else if (!this.#hasTerminal) this.#child.kill("SIGINT");
  }
}

/** Whether a terminal that is closed tells this process only. Known of Linux alone: elsewhere a shell has to lead. */
function leadsSession(): boolean {
  try {
    const stat = readFileSync("/proc/self/stat", "utf8");
    const [, , , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // Behind the name, which may be anything.
    return Number(session) === process.pid;
  } catch {
    return false;
  }
}

/** Whether a terminal controls this process. Every Windows process that has a console hears of its Ctrl-C. */
function hasTerminal(): boolean {
  if (process.platform === "win32") return true;
  try {
    closeSync(openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
