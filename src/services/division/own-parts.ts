import { hasCode } from "../../errors/cleanroom-error.ts";
import { messageOf } from "../../errors/describe.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { Clock } from "../../time/clock.ts";
import type { GenericContainer } from "../generic/generic-container.ts";
import type { Divider, Division } from "./division.ts";
import { dividerProblem } from "./divider-problem.ts";
import { callOwnCode, ownCodeFailure, type OwnCodeTask } from "./own-code.ts";
import type { MadePart, PartMaker } from "./part-maker.ts";
import { isPartName } from "./part-maker.ts";

/** How many parts are made ahead of need where their maker does not say. */
const DEFAULT_MAX_IDLE = 4;

/** How long it may take to close what makes parts, in milliseconds. */
const CLOSE_TIMEOUT_MS = 2000;

/** The functions of the user's that are called here. */
type Method = "open" | Extract<keyof Divider, string>;

/** Makes parts in this process, as the options of their service say. Disposing closes what is open for that; the parts stay. */
export class OwnParts implements PartMaker, AsyncDisposable {
  readonly #server: GenericContainer;
  readonly #open: Division<object>["open"];
  readonly #clock: Clock;
  readonly #closed = new AbortController();
  #opening: Promise<Divider> | undefined;

  constructor(server: GenericContainer, { open }: Pick<Division<object>, "open">, clock: Clock) {
    this.#server = server;
    this.#open = open;
    this.#clock = clock;
  }

  async make(): Promise<MadePart> {
    const task = this.#task("make", `isolate ${this.#server.name}`);
    let divider: Divider | undefined;
    let making: Promise<string> | undefined;
    const make = async (opened: Divider, signal: AbortSignal): Promise<string> => {
      divider = opened;
      making = Promise.resolve(opened.make(signal));
      return assertName(task, await making);
    };
    try {
      const id = await this.#call(task, make);
      return { id, maxIdle: divider?.maxIdle ?? DEFAULT_MAX_IDLE, canReset: divider?.reset !== undefined };
    } catch (error) {
      making?.then(this.#removeLate.bind(this)).catch(() => undefined); // Whoever waited was told; and it can be listed.
      throw this.#explained(error, divider);
    }
  }

  async reset(id: string): Promise<string | undefined> {
    const task = this.#task("reset", `reset ${id} of ${this.#server.name}`);
    return this.#call(task, async (divider, signal) => {
      const again = await divider.reset?.(id, signal);
      return again === undefined ? undefined : assertName(task, again);
    });
  }

  async remove(id: string): Promise<void> {
    const task = this.#task("remove", `remove ${id} of ${this.#server.name}`);
    await this.#call(task, (divider, signal) => divider.remove(id, signal));
  }

  async list(): Promise<readonly string[]> {
    const task = this.#task("list", `list the parts of ${this.#server.name}`);
    return this.#call(task, async (divider, signal) => {
      const ids: unknown = await divider.list(signal);
      if (Array.isArray(ids) && ids.every(isPartName)) return ids;
      throw ownCodeFailure(task, "it must resolve with the names of parts");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { name } = this.#server;
    this.#closed.abort(new LifecycleError(`No more parts of ${name} are made here: the environment was cleaned up.`));
    const opening = this.#opening;
    this.#opening = undefined;
    if (opening === undefined) return;
    const { signal: _closed, ...task } = this.#task("open", `close what makes parts of ${name}`);
    await callOwnCode({ ...task, timeoutMs: CLOSE_TIMEOUT_MS }, async () => {
      const divider = await opening.catch(() => undefined); // Whoever waited for it was told.
      await divider?.[Symbol.asyncDispose]?.();
    });
  }

  #task(method: Method, operation: string): OwnCodeTask {
    return { container: this.#server.name, operation, method, clock: this.#clock, signal: this.#closed.signal };
  }

  #call<T>(task: OwnCodeTask, work: (divider: Divider, signal: AbortSignal) => Promise<T>): Promise<T> {
    let method = "open";
    const current = {
      ...task,
      get method() {
        return method;
      },
    };
    return callOwnCode(current, async (signal) => {
      const divider = await this.#opened();
      method = task.method;
      return work(divider, signal);
    });
  }

  /** One that could not be opened is opened anew by the next call. */
  #opened(): Promise<Divider> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#openNow();
    this.#opening = opening;
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    return opening;
  }

  async #openNow(): Promise<Divider> {
    const task = this.#task("open", `open ${this.#server.name}`);
    let opening: Promise<Divider> | undefined;
    try {
      return await callOwnCode(task, async (signal) => {
        opening = Promise.resolve(this.#open(this.#server, signal));
        const problem = dividerProblem(await opening);
        if (problem !== undefined) throw ownCodeFailure(task, problem);
        return opening;
      });
    } catch (error) {
      opening?.then((divider) => divider[Symbol.asyncDispose]?.()).catch(() => undefined); // Nobody waits for it any more.
      throw error;
    }
  }

  /** What cannot be the name of a part is nothing to remove. */
  async #removeLate(id: unknown): Promise<void> {
    if (isPartName(id)) await this.remove(id);
  }

  /** What there is no room for can be waited for. */
  #explained(error: unknown, divider: Divider | undefined): unknown {
    const { name: container } = this.#server;
    if (!hasCode(error, "CLEANROOM_ISOLATION_FAILED")) return error;
    try {
      if (divider?.isFull?.(error.cause) !== true) return error;
    } catch (thrown) {
      return ownCodeFailure(this.#task("isFull", `tell whether ${container} is full`), messageOf(thrown), thrown);
    }
    const reason = `${container} has no room for another part: ${messageOf(error.cause)}`;
    const hint = "Dispose what `isolate()` returned (`await using` does).";
    return new IsolationError({ container, failure: "exhausted", reason, hint }, error.cause);
  }
}

function assertName(task: OwnCodeTask, id: unknown): string {
  if (isPartName(id)) return id;
  throw ownCodeFailure(task, "it must resolve with a name of 1 to 200 characters");
}
