import type { TestContext } from "node:test";
import { ConfigurationError } from "../../index.ts";
import type { CleanroomConfig, IsolatedOf, Services } from "../../index.ts";
import { RunnerServices } from "../runner/runner-services.ts";
import { FileServices } from "./file-services.ts";
import { projectDirectory } from "./project-directory.ts";

/** What tests get: of each service that they use, by name, a part of its own, or the one that the tests of a file share. */
export type ServiceParts<Configured extends Services, Name extends keyof Configured = keyof Configured> = {
  readonly [Each in Name]: IsolatedOf<Configured[Each]>;
};

/**
 * Gives the tests of a file parts of services, or those of a suite if it is called in a `describe`: each test a part of its own,
 * or all of them one, as `isolation` says. A service starts before the first test that has it, which does not count against any
 * timeout; the parts are given back after each test and after its hooks. A test that runs within another one has parts of its own.
 *
 * @param config - The configuration, as the project's file exports it.
 * @param names - Which services. Every test has them, so name those that most of them need; another suite can use others.
 * @returns The parts, by name. What each test has of its own can be read while that runs, in the test and in its hooks, and what
 * the file shares from its first test on; at any other time, reading it throws a LifecycleError.
 * @throws ConfigurationError when there is no service of a name.
 */
export function useServices<const Configured extends Services, Name extends string & keyof Configured>(
  config: CleanroomConfig<Configured>,
  ...names: readonly [Name, ...Name[]]
): ServiceParts<Configured, Name> {
  checkNames(config, names);
  const services = new FileServices(
    RunnerServices.of(config, { rootDirectory: projectDirectory, outlivesInterrupts: true }),
    names,
  );
  const parts = objectWith(names, (name) => services.partNow(name));
  used.set(parts, services);
  // Each name is that of a service, and what is behind it is what that service's definition promises.
  return parts as ServiceParts<Configured, Name>;
}

/**
 * The parts that one test has, by the context that Node gives to it and to its hooks. It is needed where several tests run at the
 * same time: in their hooks, and in the tests themselves where Node has no `getTestContext`, as before 24.19.
 *
 * @param services - What `useServices` returned.
 * @throws LifecycleError when reading a part while the test does not run.
 */
export function servicesOf<Parts extends object>(t: Pick<TestContext, "fullName">, services: Parts): Parts {
  const source = used.get(services);
  if (source === undefined) {
    const message = "must be what `useServices` returned";
    throw new ConfigurationError({ origin: "`servicesOf`", problems: [{ path: "services", message }] });
  }
  // It has the same names, and behind each what the same definition promises.
  return objectWith(Object.keys(services), (name) => source.partOf(t, name)) as Parts;
}

const used = new WeakMap<object, FileServices>();

/** An object that looks each property up when it is read. */
function objectWith(names: readonly string[], read: (name: string) => unknown): object {
  const properties = names.map((name) => [name, { enumerable: true, get: () => read(name) }] as const);
  return Object.freeze(Object.defineProperties({}, Object.fromEntries(properties)));
}

function checkNames(config: CleanroomConfig, names: readonly string[]): void {
  const known = Object.keys(config.services);
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  const message = `there is no service of this name; there are ${known.join(", ") || "none"}`;
  const problems = unknown.map((name) => ({ path: `services.${name}`, message }));
  throw new ConfigurationError({ origin: "The configuration", problems });
}
