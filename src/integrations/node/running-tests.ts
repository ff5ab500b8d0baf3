import { LifecycleError } from "../../index.ts";

/** What is looked at of the context that Node gives to a test or a hook. */
export interface Context {
  /** The names of the test and of what it is in, joined by ` > `. */
  readonly fullName: string;
}

/** What tests have got, by the name of the service. */
export type Parts = ReadonlyMap<string, unknown>;

/** The tests that run and have parts of services of their own, and which of them somebody means who asks for a part. */
export class RunningTests {
  readonly #contextNow: () => Context | undefined;
  readonly #parts = new Map<Context, Parts>();
  readonly #ended = new WeakSet<Context>();
  #around: Context | undefined;

  /** @param contextNow - Tells in which test or suite the caller is, where Node tells that. */
  constructor(contextNow: () => Context | undefined) {
    this.#contextNow = contextNow;
  }

  /** A test has got its parts. To be called in a hook of the suite that `useServices` was called for. */
  begin(test: Context, parts: Parts): void {
    this.#parts.set(test, parts);
    this.#around = this.#contextNow();
  }

  /** A test gives its parts back. */
  end(test: Context): void {
    this.#parts.delete(test);
    this.#ended.add(test);
  }

  /**
   * The part of a service that the caller means: that of the test that he is in; in a hook, that of the only test that runs.
   *
   * @throws LifecycleError where that is not certain, rather than to give him another test's.
   */
  partNow(name: string): unknown {
    const context = this.#contextNow();
    if (context !== undefined && (this.#parts.has(context) || this.#ended.has(context)))
      return this.partOf(context, name);
    const [test, ...others] = this.#parts.keys();
    if (test === undefined || !this.#isAround(context, test)) throw outsideTest(name);
    if (others.length > 0) throw ambiguous(name);
    return this.partOf(test, name);
  }

  /**
   * The part of a service that a test has.
   *
   * @throws LifecycleError when it has none.
   */
  partOf(test: Context, name: string): unknown {
    const parts = this.#parts.get(test);
    if (parts !== undefined) return parts.get(name);
    throw this.#ended.has(test) ? afterTest(name, test) : notFor(name, test);
  }

  /** Whether a hook in this context may run for a test. Nothing is known of code that is in none, such as a server's. */
  #isAround(context: Context | undefined, test: Context): boolean {
    if (context === undefined || context === this.#around) return true;
    return test.fullName.startsWith(`${context.fullName} > `);
  }
}

function outsideTest(name: string): LifecycleError {
  return new LifecycleError(
    `${name} was read outside a test, but each test has one of its own. ` +
      `Read \`services.${name}\` in a test, in \`beforeEach\` or in \`afterEach\`; ` +
      'or have the tests of a file share one, with `isolation: { per: "file" }`.',
  );
}

function ambiguous(name: string): LifecycleError {
  return new LifecycleError(
    `${name} was read while several tests run, and Node does not tell for which of them. ` +
      `Say so by the context that a test and its hooks are given: \`servicesOf(t, services).${name}\`.`,
  );
}

function afterTest(name: string, { fullName }: Context): LifecycleError {
  return new LifecycleError(`${name} was read after its test had ended, which was "${fullName}".`);
}

function notFor(name: string, { fullName }: Context): LifecycleError {
  return new LifecycleError(
    `"${fullName}" has no ${name}: \`useServices\` was called in a suite that it is not in, or the context is not a test's.`,
  );
}
