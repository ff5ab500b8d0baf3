import type { CleanroomConfig, IsolatedOf, Services } from "../../index.ts";
import type { Answer, PlainProblem } from "./bridge.ts";
import { bridgeOf } from "./bridge.ts";

/** What tests have of some services of a configuration: of each, by name, a part of their own, or of their file's or worker's. */
export type PartsOf<Configured extends Services, Name extends keyof Configured> = {
  readonly [Each in Name]: IsolatedOf<Configured[Each]>;
};

/**
 * Has the tests of a `describe`, or of the whole file, use services: a database of its own for every test, given back after
 * it, or for the file or the worker, as `isolation` says. Call it in the body of a `describe` or at the top of the file. What it
 * returns has for each service what the test has that runs, when it is read; hooks that run for each test have it as well, and
 * those that run once have what a file or a worker shares.
 *
 * Services start before a test and its hooks do, so that their start counts against no timeout.
 *
 * @param config - What `cleanroom.config.ts` exports, for its types.
 * @throws Error with the code `CLEANROOM_CONFIGURATION` when there is no such service, or Jest runs without Cleanroom's
 * environment.
 */
export function useServices<const Configured extends Services, const Name extends string & keyof Configured>(
  config: CleanroomConfig<Configured>,
  ...names: readonly Name[]
): PartsOf<Configured, Name> {
  const bridge = bridgeOf(globalThis);
  if (bridge === undefined) throw new ServicesError(WITHOUT_ENVIRONMENT);
  const known = Object.entries(config.services).map(([name, { kind, image }]): [string, string] => [
    name,
    `${kind} ${image}`,
  ]);
  valueOf(bridge.declare(names, Object.fromEntries(known)));
  const readers = names.map((name): [string, PropertyDescriptor] => [
    name,
    { enumerable: true, get: () => valueOf(bridge.read(name)) },
  ]);
  // A property for each of the names, with what the service's definition promises.
  return Object.defineProperties({}, Object.fromEntries(readers)) as PartsOf<Configured, Name>;
}

const WITHOUT_ENVIRONMENT: PlainProblem = {
  name: "ConfigurationError",
  code: "CLEANROOM_CONFIGURATION",
  message:
    "This test file does not run in Cleanroom's environment. In Jest's configuration, write " +
    '`module.exports = withCleanroom({ … })`, from "cleanroom-test/jest", or `preset: "cleanroom-test"`. A file that has ' +
    "`@jest-environment` leaves it: name that environment in the configuration instead.",
};

function valueOf<Value>(answer: Answer<Value>): Value {
  if ("problem" in answer) throw new ServicesError(answer.problem);
  return answer.value;
}

/** What went wrong outside of the test file's realm, as an error of this one. */
class ServicesError extends Error {
  readonly code: string;

  constructor({ name, message, code }: PlainProblem) {
    super(message);
    this.name = name;
    this.code = code;
  }
}
