import { describe, expect, test } from "vitest";
import { attachService, CleanroomEnvironment, container } from "../../../src/index.ts";
import type { Divider, Division } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { startOn } from "../support/environments.ts";
import { outcomeOf, turns } from "../support/outcome.ts";

/** What is on a server that exists in this test only, and what is open to it. */
function served() {
  const present = new Set<string>();
  const open = { count: 0 };
  let made = 0;
  const divider = (): Divider => ({
    make: () => {
      const id = `p${(made += 1)}`;
      present.add(id);
      return Promise.resolve(id);
    },
    remove: (id) => Promise.resolve(present.delete(id)),
    list: () => Promise.resolve([...present]),
    maxIdle: 0,
    [Symbol.asyncDispose]: () => Promise.resolve(void (open.count -= 1)),
  });
  const parts: Division<{ readonly url: string }> = {
    open: () => {
      open.count += 1;
      return divider();
    },
    attach: (id, server) => ({ url: `db://${server.host}:${server.port()}/${id}` }),
  };
  return { present, open, parts };
}

function dbOf<Part extends object>(parts: Division<Part>) {
  return container("db:1", { health: false, ports: [3306], isolation: { parts } });
}

describe("a part that code of the user's makes", () => {
  test("is what that code attaches to it, for one holder, until it is disposed", async () => {
    const { present, parts, open } = served();
    {
      await using environment = await startOn(new FakeBackend(), { db: dbOf(parts) });
      const { db } = environment.services;
      const [one, other] = await Promise.all([db.isolate(), db.isolate()]);
      expect([one.url, other.url]).toEqual([1, 2].map((id) => `db://127.0.0.1:${db.port()}/p${id}`));
      expect([...present]).toEqual(["p1", "p2"]);

      await one[Symbol.asyncDispose]();
      await one[Symbol.asyncDispose]();
      await turns();
      expect([...present]).toEqual(["p2"]);
      expect(open.count).toBe(1);
    }
    expect(open.count).toBe(0);
  });

  test("is disposed as it was before, and then given back, that failing too", async () => {
    const { present, parts } = served();
    const failure = new Error("could not close");
    class Connected {
      readonly #id: string;
      constructor(id: string) {
        this.#id = id;
      }
      [Symbol.asyncDispose](): Promise<void> {
        expect([...present]).toEqual([this.#id]);
        return Promise.reject(failure);
      }
    }
    await using environment = await startOn(new FakeBackend(), {
      db: dbOf({ ...parts, attach: (id) => new Connected(id) }),
    });
    const part = await environment.services.db.isolate();

    expect(part).toBeInstanceOf(Connected);
    expect(await outcomeOf(part[Symbol.asyncDispose]())).toBe(failure);
    await turns();
    expect([...present]).toEqual([]);
  });

  test.for<readonly [() => object, string]>([
    [
      () => {
        throw new Error("no such user");
      },
      "Could not attach p1 of db: no such user\nThis is what `attach` in `isolation.parts` came to; the cause says more.",
    ],
    [
      () => Object.freeze({}),
      "db could not be isolated: what `attach` gave cannot have `Symbol.asyncDispose`: Cannot define property " +
        "Symbol(Symbol.asyncDispose), object is not extensible\n" +
        "Have `attach` in `isolation.parts` give a new object for each part.",
    ],
  ])("that cannot be attached is given back", async ([attach, message]) => {
    const { present, parts } = served();
    await using environment = await startOn(new FakeBackend(), { db: dbOf({ ...parts, attach }) });

    expect(await outcomeOf(environment.services.db.isolate())).toMatchObject({ message });
    await turns();
    expect([...present]).toEqual([]);
  });

  test("is refused where its object is another part's, which would be given back with it", async () => {
    const { present, parts } = served();
    const same = {};
    await using environment = await startOn(new FakeBackend(), { db: dbOf({ ...parts, attach: () => same }) });
    const first = await environment.services.db.isolate();

    expect(await outcomeOf(environment.services.db.isolate())).toMatchObject({
      message:
        "db could not be isolated: what `attach` gave cannot have `Symbol.asyncDispose`: it is another part's already\n" +
        "Have `attach` in `isolation.parts` give a new object for each part.",
    });
    await turns();
    expect(present.size).toBe(1);
    await first[Symbol.asyncDispose]();
    await turns();
    expect([...present]).toEqual([]);
  });

  test("is refused to who used attachService, as nobody would know of it", async () => {
    const { parts } = served();
    const db = dbOf(parts);
    await using environment = await startOn(new FakeBackend(), { db });
    await using attached = await attachService(db, environment.connections["db"]!);

    expect(attached.handle.url).toBe(environment.services.db.url);
    expect(await outcomeOf(attached.isolate())).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "db has no parts here: nobody keeps count of what those have who used `attachService`.\n" +
        "Open an environment in the session with `CleanroomEnvironment.open`, and ask that for it.",
    });
  });

  test("is refused of a service that exists already", async () => {
    const { parts } = served();
    const db = container("db:1", { urlFrom: "OWN_PARTS_URL", ports: [3306], isolation: { parts } });
    process.env["OWN_PARTS_URL"] = "mysql://127.0.0.1:3306";
    try {
      expect(
        await outcomeOf(CleanroomEnvironment.start({ services: { db } }, { backend: new FakeBackend() })),
      ).toMatchObject({
        code: "CLEANROOM_CONFIGURATION",
        message: expect.stringContaining(
          "OWN_PARTS_URL: names a service that exists already, of whose `isolation.parts` nobody could keep count",
        ) as string,
      });
    } finally {
      delete process.env["OWN_PARTS_URL"];
    }
  });
});

describe("what parts are made from", () => {
  test("is prepared once, before anybody gets the service", async () => {
    const { parts } = served();
    const prepared: unknown[] = [];
    const db = dbOf({ ...parts, prepare: ({ name, host, port }) => prepared.push([name, host, port(), port(3306)]) });
    const backend = new FakeBackend();
    await using first = await startOn(backend, { db });
    await using second = await startOn(backend, { db });

    const { host, id } = first.services.db;
    expect(second.services.db.id).toBe(id);
    const port = first.services.db.port();
    expect(prepared).toEqual([["db", host, port, port]]);
  });

  test("is not there when preparing it fails, nor is the container", async () => {
    const { parts } = served();
    const thrown = new Error("syntax error near TABEL");
    const backend = new FakeBackend();
    const starting = startOn(backend, { db: dbOf({ ...parts, prepare: () => Promise.reject(thrown) }) });

    expect(await outcomeOf(starting)).toMatchObject({
      code: "CLEANROOM_ISOLATION_FAILED",
      message:
        "Could not prepare the parts of db: syntax error near TABEL\n" +
        "This is what `prepare` in `isolation.parts` came to; the cause says more.",
      cause: thrown,
    });
    expect(backend.containers).toEqual([]);
  });

  test("is waited for no longer than a start may take", async () => {
    const { parts } = served();
    const isolation = { parts: { ...parts, prepare: () => new Promise(() => undefined) } };
    const health = { name: "always", check: () => Promise.resolve() };
    const db = container("db:1", { health, isolation, startTimeoutMs: 50 });

    expect(await outcomeOf(startOn(new FakeBackend(), { db }))).toMatchObject({
      code: "CLEANROOM_TIMEOUT",
      message: "Could not initialise db within 50 ms.\nRaise `startTimeoutMs` if it only needs longer.",
    });
  });

  test("is part of what a service is: another one is another container", async () => {
    const backend = new FakeBackend();
    const { parts } = served();
    const containers = async (differences: Partial<typeof parts>): Promise<number> => {
      await using _first = await startOn(backend, { db: dbOf({ ...parts, fingerprint: [1] }) });
      await using _second = await startOn(backend, { db: dbOf({ ...parts, fingerprint: [1], ...differences }) });
      return backend.containers.length;
    };

    expect(await containers({})).toBe(1);
    expect(await containers({ attach: () => ({ url: "" }) })).toBe(1);
    expect(await containers({ fingerprint: [2] })).toBe(2);
    expect(await containers({ prepare: () => undefined })).toBe(2);
  });
});
