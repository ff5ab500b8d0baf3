import { fixtureNames } from "./fixture-names.ts";
import type { Suite } from "./suites.ts";
import { lineage } from "./suites.ts";

type ServicesBehind = ReadonlyMap<string, ReadonlySet<string>>;

/** Which services are behind the fixtures of a test function, as `extend` and `override` leave them. */
export class FixtureScope {
  readonly #behind: ServicesBehind;
  /** Fixtures that every test gets. */
  readonly #automatic: ReadonlySet<string>;
  readonly #overrides = new WeakMap<Suite, FixtureScope>();

  private constructor(behind: ServicesBehind, automatic: ReadonlySet<string>) {
    this.#behind = behind;
    this.#automatic = automatic;
  }

  /** A fixture for each service, of the service's name. */
  static of(services: readonly string[]): FixtureScope {
    return new FixtureScope(new Map(services.map((name) => [name, new Set([name])])), new Set());
  }

  /** With what `test.extend` or `test.override` is given. */
  extended(args: readonly unknown[]): FixtureScope {
    const added = fixturesIn(args);
    const behind = new Map(this.#behind);
    for (const name of added.keys()) behind.set(name, servicesBehind(name, added, this.#behind));
    const automatic = [...added].filter(([, { isAutomatic }]) => isAutomatic).map(([name]) => name);
    return new FixtureScope(behind, new Set([...this.#automatic, ...automatic]));
  }

  /** Has the tests of a suite, and of those in it, get what `test.override` is given there. */
  override(suite: Suite, args: readonly unknown[]): void {
    this.#overrides.set(suite, this.in(suite).extended(args));
  }

  /** As it is in a suite. */
  in(suite: Suite): FixtureScope {
    const overriding = lineage(suite).find((each) => this.#overrides.has(each));
    return (overriding && this.#overrides.get(overriding)) ?? this;
  }

  /** The services that a test needs which takes these fixtures. */
  servicesOf(fixtures: readonly string[]): ReadonlySet<string> {
    return new Set([...fixtures, ...this.#automatic].flatMap((name) => [...(this.#behind.get(name) ?? [])]));
  }
}

interface Fixture {
  readonly value: unknown;
  readonly isAutomatic: boolean;
}

type Fixtures = ReadonlyMap<string, Fixture>;

/** Those of an object, or the one of `(name, value)` or `(name, options, value)`. */
function fixturesIn(args: readonly unknown[]): Fixtures {
  const [first, options] = args;
  if (typeof first === "string") {
    return new Map([[first, { value: args.at(-1), isAutomatic: args.length > 2 && isAutomatic(options) }]]);
  }
  return new Map(Object.entries(first ?? {}).map(([name, fixture]) => [name, fixtureFrom(fixture)]));
}

function fixtureFrom(written: unknown): Fixture {
  if (!Array.isArray(written)) return { value: written, isAutomatic: false };
  const [value, options] = written as readonly unknown[];
  return { value, isAutomatic: isAutomatic(options) };
}

function isAutomatic(options: unknown): boolean {
  return typeof options === "object" && options !== null && "auto" in options && options.auto === true;
}

/** What a fixture takes, and what that takes in turn. One that takes its own name means the one it replaces. */
function servicesBehind(
  name: string,
  added: Fixtures,
  before: ServicesBehind,
  onTheWay: readonly string[] = [],
): ReadonlySet<string> {
  const fixture = added.get(name);
  if (fixture === undefined || onTheWay.includes(name)) return before.get(name) ?? new Set();
  const taken = fixtureNames(fixture.value, 0);
  return new Set(taken.flatMap((each) => [...servicesBehind(each, added, before, [...onTheWay, name])]));
}
