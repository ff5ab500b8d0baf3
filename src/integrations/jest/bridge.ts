/** Where a test file finds its environment: both know this symbol, as symbols of the registry are the same in every realm. */
const BRIDGE: unique symbol = Symbol.for("cleanroom.jest");

/** What is wrong, as plain data: an error of the environment's realm would be no `Error` in the test file's. */
export interface PlainProblem {
  /** Name of its class. */
  readonly name: string;
  /** What is told of it. */
  readonly message: string;
  /** What tells it from others, as `code` of every error of Cleanroom's. */
  readonly code: string;
}

/** What was asked for, or why it is not there. */
export type Answer<Value> = { readonly value: Value } | { readonly problem: PlainProblem };

/** What a test file can ask of its environment, which is outside of the file's realm, mocks and fake timers. */
export interface Bridge {
  /** Sets the environment variables that lead to parts of the file. Further calls wait for the first. */
  open(): Promise<void>;
  /**
   * Notes that the tests of the `describe` whose body is running, or of the file, use some services.
   *
   * @param known - The services of the configuration that the file has imported, by name: what each is.
   */
  declare(names: readonly string[], known: Readonly<Record<string, string>>): Answer<undefined>;
  /** What the test that runs has of a service; in hooks that run once, what the tests of the file or worker have. */
  read(name: string): Answer<unknown>;
}

/** Gives a test file its bridge. */
export function setBridge(globals: object, bridge: Bridge): void {
  Object.assign(globals, { [BRIDGE]: bridge });
}

/** The bridge of a test file; `undefined` where it runs in another environment. */
export function bridgeOf(globals: object): Bridge | undefined {
  return (globals as { readonly [BRIDGE]?: Bridge })[BRIDGE];
}

/** What is wrong, by whatever was thrown. */
export function problemOf(error: unknown): PlainProblem {
  const { name, message, code } = Object(error) as Partial<PlainProblem>;
  return { name: name ?? "Error", message: message ?? String(error), code: code ?? "CLEANROOM" };
}
