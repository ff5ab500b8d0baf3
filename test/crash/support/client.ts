import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ServiceConnection } from "../../../src/index.ts";
import type { Command } from "../programs/commands.ts";
import type { ServiceDescription } from "../programs/services.ts";
import { kill } from "./processes.ts";

const program = fileURLToPath(new URL("../programs/client.ts", import.meta.url));
const awaitUsing = fileURLToPath(new URL("../../../scripts/await-using.mjs", import.meta.url));

/** What a client could not do. */
export class ClientError extends Error {
  /** The code of the error it got; empty when it had none. */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** How a client's process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When, in milliseconds since the epoch. */
  readonly atMs: number;
}

/** What closing an environment told. */
export interface Closed {
  readonly containers: readonly { readonly name: string; readonly outcome: string }[];
  readonly errors: readonly string[];
}

interface Message {
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  readonly creating?: string;
  readonly took?: string;
}

/** How to run a client. */
export interface ClientOptions {
  /** The variables that it gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Where relative paths of its configuration start. */
  readonly rootDirectory: string;
  /** Whether it runs in a process namespace of its own, which ends with it. */
  readonly ownNamespace?: boolean;
}

/** A process that uses Cleanroom and does what it is told. Disposing kills it. */
export class Client implements Disposable {
  /** How it ended, once it has. */
  readonly exited: Promise<Exit>;
  /** The services that it has been creating, in order. */
  readonly creating: string[] = [];
  /** The databases that it got, in order. */
  readonly took: string[] = [];
  /** What it wrote to its standard error. */
  errorOutput = "";

  readonly #process: ChildProcess;
  readonly #rootDirectory: string;
  #ending: ClientError | undefined;
  readonly #answers = new Map<number, PromiseWithResolvers<unknown> & { readonly command: Command }>();
  #lastId = 0;
  #sessionId: string | undefined;

  constructor({ environment, rootDirectory, ownNamespace = false }: ClientOptions) {
    this.#rootDirectory = rootDirectory;
    const words = [process.execPath, "--import", awaitUsing, program];
    const [command = "", ...args] = ownNamespace
      ? ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", ...words]
      : words;
    this.#process = spawn(command, args, { cwd: rootDirectory, env: environment, stdio: "pipe" });
    const { stdin, stdout, stderr } = this.#process;
    stdin?.on("error", () => undefined); // That it ended is told otherwise.
    stderr?.setEncoding("utf8").on("data", (text: string) => (this.errorOutput += text));
    if (stdout !== null) createInterface({ input: stdout }).on("line", (line) => this.#receive(line));
    this.exited = this.#awaitExit();
  }

  /** Its process; where it has a namespace of its own, the one that holds that. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Id of the session of the environment that it opened last. */
  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  /** What it has been told and not answered yet, for people. */
  get underWay(): readonly string[] {
    return [...this.#answers.values()].map(({ command }) =>
      "name" in command ? `${command.do} ${command.name}` : command.do,
    );
  }

  /** Opens an environment without starting anything. */
  async open(services: Readonly<Record<string, ServiceDescription>>, atMs = 0): Promise<void> {
    this.#sessionId = (await this.#tell({
      do: "open",
      services,
      rootDirectory: this.#rootDirectory,
      atMs,
    })) as string;
  }

  /** Starts a service of its environment. */
  async get(name: string): Promise<ServiceConnection> {
    return (await this.#tell({ do: "get", name })) as ServiceConnection;
  }

  /** Opens an environment and starts all services. */
  async start(services: Readonly<Record<string, ServiceDescription>>): Promise<readonly ServiceConnection[]> {
    await this.open(services);
    return Promise.all(Object.keys(services).map((name) => this.get(name)));
  }

  /** Takes a container of its own of a service, and keeps it; its id. */
  async isolate(name: string): Promise<string> {
    return (await this.#tell({ do: "isolate", name })) as string;
  }

  /** Asks a service something. */
  query(name: string, text: string): Promise<unknown> {
    return this.#tell({ do: "query", name, text });
  }

  /** Uses so many databases of a server, or so many times its own. */
  async churn(name: string, count: number, seed: number, isShared = false): Promise<void> {
    await this.#tell({ do: "churn", name, count, seed, isShared });
  }

  /** Cleans its environment up. */
  async close(): Promise<Closed> {
    return (await this.#tell({ do: "close" })) as Closed;
  }

  /** Blocks its event loop. */
  async beBusy(ms: number): Promise<void> {
    await this.#tell({ do: "busy", ms });
  }

  /** Ends it by itself. */
  die(how: "end" | "throw" | "exit"): Promise<Exit> {
    this.#tell({ do: "die", how }).catch(() => undefined);
    return this.exited;
  }

  /** Sends its process a signal. */
  signal(name: NodeJS.Signals): Promise<Exit> {
    kill(this.pid, name);
    return this.exited;
  }

  [Symbol.dispose](): void {
    if (this.#process.exitCode === null) this.#process.kill("SIGKILL");
  }

  #tell(command: Command): Promise<unknown> {
    if (this.#ending !== undefined) return Promise.reject(this.#ending);
    this.#lastId += 1;
    const answer = { ...Promise.withResolvers<unknown>(), command };
    this.#answers.set(this.#lastId, answer);
    this.#process.stdin?.write(`${JSON.stringify(command)}\n`);
    return answer.promise;
  }

  #receive(line: string): void {
    const { id, value, error, creating, took } = JSON.parse(line) as Message;
    if (took !== undefined) this.took.push(took);
    if (creating !== undefined) this.creating.push(creating);
    if (id === undefined) return;
    const answer = this.#answers.get(id);
    this.#answers.delete(id);
    if (error === undefined) answer?.resolve(value);
    else answer?.reject(new ClientError(error.code, error.message));
  }

  async #awaitExit(): Promise<Exit> {
    const [code, signal] = (await once(this.#process, "exit")) as [number | null, NodeJS.Signals | null];
    const atMs = Date.now();
    this.#ending = new ClientError("ENDED", `The client ended (${signal ?? code ?? ""}). ${this.errorOutput}`);
    for (const { reject, promise } of this.#answers.values()) {
      promise.catch(() => undefined); // Perhaps nobody waits for what it was doing.
      reject(this.#ending);
    }
    this.#answers.clear();
    return { code, signal, atMs };
  }
}
