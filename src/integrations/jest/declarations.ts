import type { Circus } from "@jest/types";
import type { Services } from "../../index.ts";
import { ConfigurationError, LifecycleError } from "../../index.ts";

/** Which services a `describe` uses, or a file. */
export interface Declaration {
  /** Names of the services. */
  readonly names: readonly string[];
  /** The services of the configuration that the test file has imported, by name: what each is. */
  readonly known: Readonly<Record<string, string>>;
  /** Those of the configuration that the environment has loaded. */
  readonly configured: Services;
  /** Where Jest is. */
  readonly state: Circus.State | undefined;
}

/** Which services the tests of a file use, by the `describe` that says so. */
export class Declarations {
  readonly #names = new Map<Circus.DescribeBlock, ReadonlySet<string>>();

  /** Whether nothing uses any. */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /**
   * Notes what the `describe` uses whose body is running.
   *
   * @throws LifecycleError when tests run already; ConfigurationError when the file has imported another configuration.
   */
  add({ names, known, configured, state }: Declaration): void {
    if (state === undefined || state.hasStarted) {
      throw new LifecycleError(
        "useServices() was called in a test or a hook: call it at the top of the file, or in a describe.",
      );
    }
    for (const name of names) assertKnown(name, known, configured);
    const block = state.currentDescribeBlock;
    this.#names.set(block, new Set([...this.in(block), ...names]));
  }

  /** What a `describe` uses, without those around it. */
  in(block: Circus.DescribeBlock): readonly string[] {
    return [...(this.#names.get(block) ?? [])];
  }

  /** What a test uses. */
  of({ parent }: Circus.TestEntry): readonly string[] {
    return [...new Set(lineage(parent).flatMap((block) => this.in(block)))];
  }
}

/** A `describe` and those that it is in. */
export function lineage(block: Circus.DescribeBlock): readonly Circus.DescribeBlock[] {
  return [block, ...(block.parent === undefined ? [] : lineage(block.parent))];
}

/** The environment has loaded the project's configuration; what another one says would not be so. */
function assertKnown(name: string, known: Readonly<Record<string, string>>, configured: Services): void {
  const definition = Object.hasOwn(configured, name) ? configured[name] : undefined;
  if (definition !== undefined && known[name] === `${definition.kind} ${definition.image}`) return;
  const message =
    definition === undefined
      ? `there is no service of this name; there are ${Object.keys(configured).join(", ") || "none"}`
      : `is not what the project's configuration file says it is: give useServices() what that file exports`;
  throw new ConfigurationError({
    origin: "What useServices() was given",
    problems: [{ path: `services.${name}`, message }],
  });
}
