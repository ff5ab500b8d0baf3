import type { Json } from "../../spec/container-spec.ts";
import type { GenericContainer } from "../generic/generic-container.ts";

/** What code that divides a server has of it before anybody else does. */
export type DividedServer = Pick<GenericContainer, "name" | "host" | "port">;

/**
 * How the server in a container is divided into parts of which each belongs to one holder, by code of your own. That runs in the
 * processes that use the service, never in the coordinator, which keeps count: who has which part, how many are made ahead of
 * need, and what is left to be removed after a process died.
 */
export interface Division<Part extends object> {
  /**
   * Identifies what `prepare` makes, for example the content of migrations: another value is another server. The source text of
   * `prepare` and `open` counts in any case, but nothing that it only refers to.
   */
  readonly fingerprint?: Json;
  /**
   * Makes what parts are made from. Runs once for each server, in the process that starts it, when its probe has succeeded and
   * before anybody gets it. It has until the service's `startTimeoutMs` is over; then the signal aborts.
   */
  readonly prepare?: (server: DividedServer, signal: AbortSignal) => unknown;
  /**
   * Opens what makes and removes parts. Called at most once in each process that uses the service, when that is first asked to
   * make or remove one, which need not be for itself. What it gives is disposed with the environment.
   */
  readonly open: (server: GenericContainer, signal: AbortSignal) => Divider | Promise<Divider>;
  /**
   * What the holder of a part gets: an object of its own, which is given `Symbol.asyncDispose` if it has none. Disposing it does
   * what it did before, if anything, and then gives the part back. A property `url` is shown when a test fails.
   *
   * @param id - What `make` called the part.
   */
  readonly attach: (id: string, server: GenericContainer) => Part | Promise<Part>;
}

/**
 * Makes and removes parts of one server. Any process that uses it may be asked to, for any other; so what `make` makes must be
 * found by what the server itself can tell. Each call may take 30 s; then the signal aborts. A part is called by 1 to 200
 * characters.
 */
export interface Divider extends Partial<AsyncDisposable> {
  /**
   * How many parts may be made ahead of need.
   * @default 4
   */
  readonly maxIdle?: number;
  /** Makes a part, and resolves with what it is called: as nothing was called before, in no process. */
  make(signal: AbortSignal): Promise<string>;
  /** Removes a part, whoever still uses it. One that is gone already, or half made, is no failure. */
  remove(id: string, signal: AbortSignal): Promise<unknown>;
  /** Every part there is, half made ones included, whichever process made it: what nobody has is removed. */
  list(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Makes a part that was given back what it was when it was made, and resolves with what it is called from now on, which nothing
   * was called before; with `undefined` when it has to be removed instead. Absent where each part is removed after use.
   */
  reset?(id: string, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Whether what `make` failed with says that there is no room until a part is removed: then whoever wants one waits for that.
   * @default never
   */
  isFull?(error: unknown): boolean;
}

/** What the holder of a part has: what `attach` made of it. Disposing it gives the part back. */
export type OwnPart<Part extends object> = Part extends AsyncDisposable ? Part : Part & AsyncDisposable;
