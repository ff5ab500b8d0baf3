import { test as base, inject, type TestAPI } from "vitest";
import { ConfigurationError, attachService } from "../../index.ts";
import type { AttachedService, CleanroomConfig, IsolatedOf, ServiceDefinition, Services } from "../../index.ts";
import type {} from "./provided.ts";

/** What a test gets: of each service, by name, a part of its own. */
export type Fixtures<Configured extends Services> = {
  [Name in keyof Configured]: IsolatedOf<Configured[Name]>;
};

/**
 * Vitest's `test` with a fixture for each service of the configuration: a database of its own for every test that asks for
 * one, given back after the test. A test that asks for nothing waits for nothing.
 */
export function cleanroomTest<const Configured extends Services>(
  config: CleanroomConfig<Configured>,
): TestAPI<Fixtures<Configured>> {
  const entries = Object.entries(config.services).map(
    ([name, definition]) => [name, fixture(name, definition)] as const,
  );
  const fixtures: Record<string, Fixture> = Object.fromEntries(entries);
  // The entries have the names of the services, and each fixture gives what its service's definition promises.
  return base.extend(fixtures) as unknown as TestAPI<Fixtures<Configured>>;
}

type AnyService = ServiceDefinition<unknown, unknown>;
type Use = (part: unknown) => Promise<void>;
type Fixture = (context: object, use: Use) => Promise<void>;

function fixture(name: string, definition: AnyService): Fixture {
  // Vitest reads what a fixture needs off this pattern, and insists on it.
  return async ({}, use) => {
    const service = await attached(name, definition);
    const part = await service.isolate();
    try {
      await use(part);
    } finally {
      // A service that has no parts is handed out whole, and stays for the other tests.
      if (part !== service.handle && isAsyncDisposable(part)) await part[Symbol.asyncDispose]();
    }
  };
}

const services = new Map<AnyService, Promise<AttachedService<unknown, unknown>>>();

/** One for each worker: its idle connections do not keep the worker alive, and end with it. */
function attached(name: string, definition: AnyService): Promise<AttachedService<unknown, unknown>> {
  const existing = services.get(definition) ?? attachService(definition, connectionTo(name));
  services.set(definition, existing);
  return existing;
}

function connectionTo(name: string): Parameters<typeof attachService>[1] {
  const connections = inject("cleanroom");
  const connection = connections?.[name];
  if (connection !== undefined) return connection;
  const message =
    connections === undefined
      ? 'the plugin is missing from vitest\'s configuration: `plugins: [cleanroom()]`, from "cleanroom-test/vitest"'
      : `${name} was not started; give cleanroomTest() the configuration that the plugin starts`;
  throw new ConfigurationError({ origin: "The set-up of vitest", problems: [{ path: "", message }] });
}

function isAsyncDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === "object" && value !== null && Symbol.asyncDispose in value;
}
