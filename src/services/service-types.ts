import { ConfigurationError } from "../errors/configuration-error.ts";
import { container } from "./generic/container.ts";
import { postgres } from "./postgres/postgres.ts";
import { redis } from "./redis/redis.ts";
import type { ServiceDefinition } from "./service-definition.ts";

/**
 * The kinds of services that have a name, with the function that describes each. Declare yours here, so that `service()` knows its
 * options and what it gives:
 * `declare module "cleanroom-test" { interface ServiceTypes { kafka: typeof kafka } }`.
 */
export interface ServiceTypes {
  /** A PostgreSQL server. */
  readonly postgres: typeof postgres;
  /** A Redis server. */
  readonly redis: typeof redis;
  /** Any image. */
  readonly container: typeof container;
}

/** What describes a service of some kind, as `postgres()` does. It starts nothing, and leaves checking its options to what it gives. */
export type ServiceFactory = (image: string, options: never) => ServiceDefinition<unknown, unknown>;

const builtIn: Readonly<Record<string, ServiceFactory>> = { postgres, redis, container };

const KEY = Symbol.for("cleanroom.serviceTypes");

/** In the realm's own object, as a test runner may load this package twice. */
function registered(): Map<string, ServiceFactory> {
  const shared = globalThis as Partial<Record<symbol, Map<string, ServiceFactory>>>;
  return (shared[KEY] ??= new Map<string, ServiceFactory>());
}

/**
 * Gives a kind of service of your own a name, by which `service()` and configurations in JSON and YAML ask for it. Whoever
 * registers the name again takes its place, as a module does that is loaded anew.
 *
 * @param type - The name. Those of Cleanroom's own kinds are taken.
 * @param factory - What describes such a service, given its image and its options.
 * @throws ConfigurationError when the name is taken or empty.
 */
export function registerServiceType<Type extends string>(
  type: Type,
  factory: Type extends keyof ServiceTypes ? ServiceTypes[Type] : ServiceFactory,
): void {
  if (type === "") refuse(type, "must not be empty");
  if (Object.hasOwn(builtIn, type)) refuse(type, "is that of a kind of Cleanroom's own; choose another");
  registered().set(type, factory);
}

/**
 * A service of a kind that is known by its name. Describes it only; an environment or a test runner's plugin starts it, once,
 * when it is needed.
 *
 * @param type - Its name: `postgres`, `redis`, `container`, or one that was registered.
 * @param given - What the function takes that describes it: its image and its options.
 * @throws ConfigurationError when no kind has this name.
 */
export function service<Type extends keyof ServiceTypes>(
  type: Type,
  ...given: Parameters<ServiceTypes[Type]>
): ReturnType<ServiceTypes[Type]> {
  const factory: ((...given: never) => ServiceDefinition<unknown, unknown>) | undefined = findFactory(type);
  if (factory === undefined) refuse(type, `is not registered; known are ${serviceTypeNames().join(", ")}`);
  // Whoever registered this name registered the function that is declared for it.
  return factory(...(given as never)) as ReturnType<ServiceTypes[Type]>;
}

/** What describes services of a kind; `undefined` when no kind has this name. */
export function findFactory(type: string): ServiceFactory | undefined {
  return Object.hasOwn(builtIn, type) ? builtIn[type] : registered().get(type);
}

/** The names that kinds have. */
export function serviceTypeNames(): readonly string[] {
  return [...Object.keys(builtIn), ...registered().keys()];
}

function refuse(type: string, message: string): never {
  const origin = `The service type ${JSON.stringify(type)}`;
  throw new ConfigurationError({ origin, problems: [{ path: "", message }] });
}
