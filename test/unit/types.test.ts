import type { Client } from "pg";
import { describe, expect, expectTypeOf, test } from "vitest";
import type {
  CleanroomConfig,
  GenericContainer,
  HandleOf,
  IsolatedOf,
  IsolationPerOf,
  PostgresContainer,
  PostgresDatabase,
  PostgresOptions,
  PostgresSchema,
  PostgresTransaction,
  RedisContainer,
  RedisDatabase,
  RetryableCode,
  ServiceConnection,
  ServiceHandles,
  SharedContainer,
} from "../../src/index.ts";
import {
  attachService,
  CleanroomEnvironment,
  container,
  defineConfig,
  http,
  postgres,
  redis,
} from "../../src/index.ts";
import { useServices } from "../../src/integrations/node/node.ts";
import type { Fixtures } from "../../src/integrations/vitest/test.ts";
import { FakeBackend } from "../../src/testing/index.ts";

// What is asserted here is checked by the compiler; the tests run all the same, so that a file of them is not empty.

const db = postgres("postgres:17", { database: "shop" });
const cache = redis("redis:8");
const api = container("api:1", {
  ports: [8080],
  dependsOn: { db, cache },
  env: ({ db: database, cache: store }) => {
    expectTypeOf(database).toEqualTypeOf<PostgresContainer>();
    expectTypeOf(store).toEqualTypeOf<RedisContainer>();
    return { DATABASE_URL: database.networkUrl, CACHE_URL: store.networkUrl };
  },
});
const config = defineConfig({ services: { db, cache, api } });

type Configured = typeof config.services;
type Environment = Awaited<ReturnType<typeof CleanroomEnvironment.start<Configured>>>;

describe("handles", () => {
  test("have the types of their services, by name", () => {
    expectTypeOf<ServiceHandles<Configured>>().toEqualTypeOf<{
      readonly db: PostgresContainer;
      readonly cache: RedisContainer;
      readonly api: SharedContainer;
    }>();
    expectTypeOf<Environment["services"]["db"]>().toEqualTypeOf<PostgresContainer>();
    expectTypeOf<Environment["services"]>().not.toHaveProperty("queue");
  });

  test("are inferred where an environment starts", () => {
    const _start = () => CleanroomEnvironment.start({ services: { main: redis("redis:8") } });

    expectTypeOf<Awaited<ReturnType<typeof _start>>["services"]["main"]>().toEqualTypeOf<RedisContainer>();
  });

  test("are what the factory describes, now or later", () => {
    const _ask = (environment: Environment) =>
      [
        environment.getOrCreateContainer("a", () => postgres("postgres:17")),
        environment.getOrCreateContainer("b", async () => Promise.resolve(redis("redis:8"))),
      ] as const;

    expectTypeOf<ReturnType<typeof _ask>>().toEqualTypeOf<
      readonly [Promise<PostgresContainer>, Promise<RedisContainer>]
    >();
  });

  test("of an attached service are those of its definition", () => {
    const _attach = (connection: ServiceConnection) => attachService(db, connection);
    type Attached = Awaited<ReturnType<typeof _attach>>;

    expectTypeOf<Attached["handle"]>().toEqualTypeOf<PostgresContainer>();
    expectTypeOf<ReturnType<Attached["isolate"]>>().toEqualTypeOf<Promise<PostgresDatabase>>();
  });
});

describe("what is shared among tests", () => {
  const _perFile = postgres("postgres:17", { isolation: { per: "file" } });
  const _perWorker = redis("redis:8", { isolation: { per: "worker" } });

  test("is in the type of a definition", () => {
    expectTypeOf<IsolationPerOf<typeof _perFile>>().toEqualTypeOf<"file">();
    expectTypeOf<IsolationPerOf<typeof db>>().toEqualTypeOf<"test">();
  });

  test("decides which fixtures those of a file and a worker may take", () => {
    type Known = Fixtures<{ perFile: typeof _perFile; perWorker: typeof _perWorker; db: typeof db; api: typeof api }>;

    expectTypeOf<keyof NonNullable<Known["$__file"]>>().toEqualTypeOf<"perFile">();
    expectTypeOf<keyof NonNullable<Known["$__worker"]>>().toEqualTypeOf<"perWorker">();
    expectTypeOf<keyof NonNullable<Known["$__test"]>>().toEqualTypeOf<"db" | "api">();
  });

  test("of a container is a container, and nothing of it is kept", () => {
    const _mail = container("mail:1", { isolation: { per: "file", reset: (own) => own.exec(["clear"]) } });
    expectTypeOf<IsolationPerOf<typeof _mail>>().toEqualTypeOf<"file">();
    expectTypeOf<IsolatedOf<typeof _mail>>().toEqualTypeOf<GenericContainer>();
    expectTypeOf<HandleOf<typeof _mail>>().toEqualTypeOf<SharedContainer>();
    // @ts-expect-error -- an option of PostgreSQL
    container("api:1", { isolation: { keepFailedMs: 1 } });
    // @ts-expect-error -- an option of PostgreSQL
    redis("redis:8", { isolation: { dumpFailed: true } });
  });
});

test("the services that tests of node:test use are those of the configuration", () => {
  const config = defineConfig({ services: { db, cache } });
  const _use = () => useServices(config, "db");
  expectTypeOf<ReturnType<typeof _use>>().toEqualTypeOf<{ readonly db: PostgresDatabase }>();
  // @ts-expect-error -- which ones?
  const _none = () => useServices(config);
  // @ts-expect-error -- a typing mistake, which is told at run time as well
  expect(() => useServices(config, "cahce")).toThrow(
    "The configuration is not valid:\n  services.cahce: there is no service of this name; there are db, cache",
  );
});

describe("what a test gets of a PostgreSQL server", () => {
  const _transactions = postgres("postgres:17", { isolation: { mode: "transaction", per: "file" } });
  const _schemas = postgres("postgres:17", { isolation: { mode: "schema" } });
  const _clones = postgres("postgres:17", { isolation: { mode: "clone" } });

  test("is what the mode says, of a fixture, of the handle, and of a server that is attached", () => {
    type Known = Fixtures<{
      transactions: typeof _transactions;
      schemas: typeof _schemas;
      clones: typeof _clones;
      db: typeof db;
    }>;
    const _attach = (connection: ServiceConnection) => attachService(_transactions, connection);

    expectTypeOf<Known["transactions"]>().toEqualTypeOf<PostgresTransaction>();
    expectTypeOf<Known["schemas"]>().toEqualTypeOf<PostgresSchema>();
    expectTypeOf<Known["clones"]>().toEqualTypeOf<PostgresDatabase>();
    expectTypeOf<Known["db"]>().toEqualTypeOf<PostgresDatabase>();
    expectTypeOf<keyof NonNullable<Known["$__file"]>>().toEqualTypeOf<"transactions">();
    expectTypeOf<HandleOf<typeof _transactions>["isolate"]>().returns.toEqualTypeOf<Promise<PostgresTransaction>>();
    expectTypeOf<ReturnType<Awaited<ReturnType<typeof _attach>>["isolate"]>>().toEqualTypeOf<
      Promise<PostgresTransaction>
    >();
  });

  test("is a connected client of a transaction, and no URL, and nothing to keep", () => {
    expectTypeOf<PostgresTransaction["client"]>().toEqualTypeOf<Client>();
    expectTypeOf<PostgresTransaction>().not.toHaveProperty("url");
    expectTypeOf<PostgresTransaction>().not.toHaveProperty("snapshot");
    expectTypeOf<PostgresTransaction>().not.toHaveProperty("keep");
  });

  test("is a URL of a schema, of which there are no snapshots", () => {
    expectTypeOf<PostgresSchema["url"]>().toEqualTypeOf<string>();
    expectTypeOf<PostgresSchema["schema"]>().toEqualTypeOf<string>();
    expectTypeOf<PostgresSchema>().not.toHaveProperty("snapshot");
  });

  test("is a database where the options are of no mode in particular", () => {
    const _describe = (options: PostgresOptions) => postgres("postgres:17", options);

    expectTypeOf<IsolatedOf<ReturnType<typeof _describe>>>().toEqualTypeOf<PostgresDatabase>();
  });
});

describe("what a test gets of a container that code of the user's divides", () => {
  const open = () => ({
    make: () => Promise.resolve("a"),
    remove: () => Promise.resolve(),
    list: () => Promise.resolve([]),
  });
  const _divided = container("db:1", {
    dependsOn: { cache },
    env: ({ cache: store }) => ({ CACHE_URL: store.networkUrl }),
    isolation: { per: "file", parts: { open, attach: async (id, { host }) => Promise.resolve({ id, host }) } },
  });
  class Connected implements AsyncDisposable {
    readonly id = "";
    [Symbol.asyncDispose] = () => Promise.resolve();
  }
  const _disposable = container("db:1", { isolation: { parts: { open, attach: () => new Connected() } } });

  test("is what the code attaches, which can be disposed", () => {
    type Part = { id: string; host: string } & AsyncDisposable;

    expectTypeOf<IsolatedOf<typeof _divided>>().toEqualTypeOf<Part>();
    expectTypeOf<HandleOf<typeof _divided>["isolate"]>().returns.toEqualTypeOf<Promise<Part>>();
    expectTypeOf<IsolationPerOf<typeof _divided>>().toEqualTypeOf<"file">();
    expectTypeOf<Fixtures<{ divided: typeof _divided }>["divided"]>().toEqualTypeOf<Part>();
    expectTypeOf<IsolatedOf<typeof _disposable>>().toEqualTypeOf<Connected>();
  });

  test("is no container as well", () => {
    const parts = { open, attach: () => ({}) };
    // @ts-expect-error -- a part is reset by what `open` gives
    container("db:1", { isolation: { parts, reset: http({ port: 80 }) } });
    // @ts-expect-error -- nothing makes its parts
    container("db:1", { isolation: { parts: { attach: () => ({}) } } });
  });
});

describe("what a definition says", () => {
  test("of its handle and of what a test gets", () => {
    expectTypeOf<HandleOf<typeof db>>().toEqualTypeOf<PostgresContainer>();
    expectTypeOf<IsolatedOf<typeof db>>().toEqualTypeOf<PostgresDatabase>();
    expectTypeOf<IsolatedOf<typeof cache>>().toEqualTypeOf<RedisDatabase>();
    expectTypeOf<IsolatedOf<typeof api>>().toEqualTypeOf<GenericContainer>();
    expectTypeOf<HandleOf<string>>().toEqualTypeOf<never>();
  });

  test("fits a configuration, and so does the configuration itself", () => {
    expectTypeOf(config).toExtend<CleanroomConfig>();
    expectTypeOf(config.services.db).toEqualTypeOf(db);
  });
});

test("an environment, an isolated part and a backend are given back with `await using`", () => {
  expectTypeOf<Environment>().toExtend<AsyncDisposable>();
  expectTypeOf<PostgresDatabase>().toExtend<AsyncDisposable>();
  expectTypeOf<RedisDatabase>().toExtend<AsyncDisposable>();
  expectTypeOf(new FakeBackend()).toExtend<AsyncDisposable>();
});

test("wrong use does not compile", () => {
  const neverRun = async (environment: Environment): Promise<void> => {
    // @ts-expect-error -- an option that does not exist
    postgres("postgres:17", { databse: "shop" });
    // @ts-expect-error -- a value of the wrong kind
    redis("redis:8", { databases: "16" });
    // @ts-expect-error -- a service that is not in the configuration
    type _Queue = Environment["services"]["queue"];
    // @ts-expect-error -- handles are not replaced
    environment.services.db = environment.services.db;
    // @ts-expect-error -- an event that does not exist
    environment.on("container:exploded", () => {});
    // @ts-expect-error -- a factory that returns no service
    await environment.getOrCreateContainer("x", () => "postgres:17");
    // @ts-expect-error -- what is no service
    defineConfig({ services: { db: { image: "postgres:17" } } });
    // @ts-expect-error -- a probe without a port
    http({ path: "/" });
    const env = ({ cache: store }: { readonly cache: RedisContainer }) => ({ URL: store.url });
    // @ts-expect-error -- a handle that `dependsOn` does not name
    container("api:1", { dependsOn: { db }, env });
    // @ts-expect-error -- an environment variable that is no text
    container("api:1", { env: { PORT: 80 } });
    // @ts-expect-error -- a spec that a customizer edits
    container("api:1", { customizers: [(spec) => Object.assign(spec, (spec.image = "other"))] });
    // @ts-expect-error -- an isolated part of something that has none to give
    type _Isolate = GenericContainer["isolate"];
  };

  expectTypeOf(neverRun).toBeFunction();
});

describe("the variables of a part", () => {
  test("take what the part has, and functions of it", () => {
    const variables = {
      DATABASE_URL: "url",
      SCHEMA: (part: PostgresSchema): string => part.schema,
    } as const;
    postgres("postgres:17", { isolation: { mode: "schema" }, variables });
    postgres("postgres:17", { variables: { PGPORT: "port", NAME: ({ database }) => database } });
    redis("redis:8", { variables: { CACHE: ({ url, database }) => `${url}?${database}` } });
    container("app:1", { variables: { APP: (app) => `${app.host}:${app.port(80)}` } });

    // @ts-expect-error: a database has no such property.
    postgres("postgres:17", { variables: { DATABASE_URL: "uri" } });
    // @ts-expect-error: it is no text.
    postgres("postgres:17", { variables: { DATABASE_URL: "server" } });
    // @ts-expect-error: only the mode `schema` has one.
    postgres("postgres:17", { variables: { SCHEMA: "schema" } });
    // @ts-expect-error: a number is no text.
    redis("redis:8", { variables: { PORT: ({ port }) => port } });
  });
});

test("only failures that another attempt may not meet can be named in a policy", () => {
  container("api:1", { recovery: { retry: { on: ["CLEANROOM_EXITED_AT_START"] } } });
  // @ts-expect-error: no attempt makes an image appear.
  container("api:1", { recovery: { retry: { on: ["CLEANROOM_IMAGE_NOT_FOUND"] } } });
  // @ts-expect-error: nor a migration right.
  postgres("postgres:17", { recovery: { retry: { on: ["CLEANROOM_MIGRATION"] } } });
  expectTypeOf<RetryableCode>().not.toExtend<"CLEANROOM_CONFIGURATION">();
});
