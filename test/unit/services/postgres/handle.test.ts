import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { assert, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import type { PostgresSchema, ServiceConnection } from "../../../../src/index.ts";
import { quoteIdentifier } from "../../../../src/services/postgres/postgres-client.ts";
import { PostgresContainer } from "../../../../src/services/postgres/postgres-container.ts";
import { outcomeOf } from "../../support/outcome.ts";

const connection: ServiceConnection = {
  name: "db",
  id: "1",
  image: "postgres:17",
  key: "k",
  host: "127.0.0.1",
  ports: { "5432/tcp": 49_152 },
  networkAlias: "db",
  details: { database: "shop", username: "owner", password: "p", durable: "false", template: "t" },
};

function handle(
  details: Readonly<Record<string, string>> = {},
  {
    canKeepParts = true,
    given = [],
    givePart = () => Promise.resolve(),
  }: {
    readonly canKeepParts?: boolean;
    readonly given?: unknown[];
    readonly givePart?: () => Promise<void>;
  } = {},
  of: ServiceConnection = connection,
): PostgresContainer {
  return new PostgresContainer(
    { ...of, details: { ...of.details, ...details } },
    {
      state: () => "running",
      exec: () => Promise.resolve({ exitCode: 0, stdout: "", stderr: "" }),
      logs: () => Promise.resolve(""),
      takePart: () => Promise.resolve("test_0123456789ab"),
      canKeepParts,
      givePart: async (...call) => {
        given.push(call);
        return givePart();
      },
      stats: () => Promise.resolve({ memoryBytes: 1, cpuTimeMs: 2, pids: 3 }),
      monitor: () => {
        throw new Error("nobody looks");
      },
    },
  );
}

test("its proxies are closed even when what it has of the server cannot be given back", async () => {
  const server = createServer().listen(0, "127.0.0.1"); // One that never answers.
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  const asked = once(
    server.on("connection", (socket) => sockets.push(socket)),
    "connection",
  );
  const failure = new Error("the coordinator is gone");
  const of = { ...connection, ports: { "5432/tcp": port } };
  const db = handle({ isolation: "transaction" }, { givePart: () => Promise.reject(failure) }, of);
  const proxy = await db.proxy();
  const transaction = outcomeOf(db.isolate());
  await asked;

  expect(await outcomeOf(db[Symbol.asyncDispose]())).toBe(failure);

  const [refusal] = (await once(connect(proxy.port, proxy.host), "error")) as [NodeJS.ErrnoException];
  expect(refusal.code).toBe("ECONNREFUSED");
  server.close();
  for (const socket of sockets) socket.destroy();
  expect(await transaction).toBeInstanceOf(Error);
});

describe("a database that is to be kept", () => {
  test.for([
    [undefined, 7, 7],
    [5000, 7, 5000],
    [1.9, 7, 1],
    [Number.POSITIVE_INFINITY, 7, 2_147_483_647],
    [-1, 7, 0],
    [Number.NaN, 7, 0],
  ] as const)("is kept for as long as can be: %d of %d", async ([forMs, keepFailedMs, expected]) => {
    const given: unknown[] = [];
    const database = await handle({ keepFailedMs: String(keepFailedMs) }, { canKeepParts: true, given }).isolate();

    expect(forMs === undefined ? database.keep() : database.keep(forMs)).toBe(expected);
    await database[Symbol.asyncDispose]();

    expect(given).toEqual([["test_0123456789ab", expected]]);
  });

  test("is not where nobody would remove it in the end", async () => {
    const given: unknown[] = [];
    const database = await handle({}, { canKeepParts: false, given }).isolate();

    expect(database.keep(5000)).toBe(0);
    await database[Symbol.asyncDispose]();

    expect(given).toEqual([["test_0123456789ab", 0]]);
  });
});

describe("a quoted identifier", () => {
  test.for([
    ["orders", '"orders"'],
    ['a"b', '"a""b"'],
    ['"; DROP DATABASE shop; --', '"""; DROP DATABASE shop; --"'],
    ["", '""'],
  ] as const)("of %j is %j", ([name, quoted]) => {
    expect(quoteIdentifier(name)).toBe(quoted);
  });

  test("is read back as the name it was made from, and ends where it should, whatever is in it", () => {
    assert(
      property(string({ unit: "binary" }), (name) => {
        const inside = quoteIdentifier(name).slice(1, -1);
        return inside.replaceAll('""', '"') === name && !inside.replaceAll('""', "").includes('"');
      }),
    );
  });
});

describe("a postgres handle", () => {
  test("says where it answers, from here and from other containers", () => {
    const db = handle();

    expect(db.url).toBe("postgres://owner:p@127.0.0.1:49152/shop");
    expect(db.connectionString).toBe(db.url);
    expect(db.networkUrl).toBe("postgres://owner:p@db:5432/shop");
    expect([db.database, db.username, db.password, db.state]).toEqual(["shop", "owner", "p", "running"]);
  });

  test("puts the search path of a schema into its URLs, as libpq reads them", async () => {
    const schema = (await handle({ isolation: "schema" }).isolate()) as unknown as PostgresSchema;

    const query =
      "?options=-c%20search_path%3Dtest_0123456789ab%2Ccleanroom_extensions&application_name=test_0123456789ab";
    expect(schema.url).toBe(`postgres://owner:p@127.0.0.1:49152/cleanroom_schemas${query}`);
    expect(schema.connectionString).toBe(schema.url);
    expect(schema.networkUrl).toBe(`postgres://owner:p@db:5432/cleanroom_schemas${query}`);
    expect([schema.schema, schema.database]).toEqual(["test_0123456789ab", "cleanroom_schemas"]);
  });

  test.for(["clone", "schema"])("has parts that can be printed and copied on no network: %s", async (isolation) => {
    const { networkAlias: _, ...elsewhere } = connection;
    const part = await handle({ isolation }, {}, elsewhere).isolate();

    expect(() => part.networkUrl).toThrow("db is on no network that other containers share");
    expect({ ...part }.url).toBe(part.url);
  });

  test("puts user and password into the URL so that they can be read back, whatever is in them", () => {
    const printable = string({ unit: "grapheme", minLength: 1 });

    assert(
      property(printable, printable, (username, password) => {
        const url = new URL(handle({ username, password }).url);

        expect([decodeURIComponent(url.username), decodeURIComponent(url.password)]).toEqual([username, password]);
        expect([url.hostname, url.port, url.pathname]).toEqual(["127.0.0.1", "49152", "/shop"]);
      }),
    );
  });

  test("closes without ever having connected", async () => {
    await handle()[Symbol.asyncDispose]();
  });
});
