import { describe, expect, vi } from "vitest";
import { databaseAt, testDatabases } from "../../support/ask-mariadb.ts";
import type { Client } from "../../support/coordinator-processes.ts";
import { test } from "../../support/coordinator-processes.ts";

/** Has a process take a database; its address. */
async function take(client: Client): Promise<string> {
  const said = await client.tell("take");
  expect(said).toMatch(/^mysql:\/\//);
  return said;
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

/** Resolves when the server has none of these any more. */
async function gone(url: string, names: readonly string[]): Promise<void> {
  const server = databaseAt(url, "");
  await vi.waitUntil(async () => !(await testDatabases(server)).some((name) => names.includes(name)), {
    timeout: 20_000,
  });
}

describe("databases that code of the user's makes", () => {
  test("are each process's own, on one server; of one that is killed, none is left", async ({ grounds }) => {
    const clients = [await grounds.client("divided"), await grounds.client("divided"), await grounds.client("divided")];
    const urls = (
      await Promise.all(clients.map(async (client) => [await take(client), await take(client), await take(client)]))
    ).flat();
    const names = urls.map(nameOf);
    expect(new Set(names).size).toBe(9);
    expect(await grounds.containers()).toHaveLength(1);
    const server = databaseAt(urls[0]!, "");
    expect(await testDatabases(server)).toEqual(expect.arrayContaining(names));

    await clients[0]?.kill();

    await gone(server, names.slice(0, 3));
    expect(await testDatabases(server)).toEqual(expect.arrayContaining(names.slice(3)));
    for (const client of clients.slice(1)) expect(await client.tell("end")).toBe("ended ");
    expect(await grounds.containers()).toEqual([]);
  });

  test("are made by another process when one is killed in the middle; what it half made is removed", async ({
    grounds,
  }) => {
    const other = await grounds.client("divided", { MAX_IDLE: "0" });
    const held = await take(other);
    const server = databaseAt(held, "");
    const maker = await grounds.client("divided", { MAX_IDLE: "0", STALL: "1" });
    const half = (await maker.tell("take")).replace("making ", "");
    expect(half).toMatch(/^test_/);
    expect(await testDatabases(server)).toEqual(expect.arrayContaining([half, nameOf(held)]));

    await maker.kill();

    await gone(server, [half]);
    const next = await take(other);
    expect(await testDatabases(server)).toEqual(expect.arrayContaining([nameOf(held), nameOf(next)]));
    expect(await other.tell("end")).toBe("ended ");
  });

  test("stay with who has them when the coordinator is killed, and those of nobody are removed", async ({
    grounds,
  }) => {
    const [one, two] = [await grounds.client("divided"), await grounds.client("divided")];
    const [first, second] = [await take(one), await take(two)];
    const server = databaseAt(first, "");
    await vi.waitUntil(async () => (await testDatabases(server)).length > 2, { timeout: 20_000 }); // Made ahead.
    const held = [first, second].map(nameOf);
    const idle = (await testDatabases(server)).filter((name) => !held.includes(name));

    await grounds.killCoordinators();
    const third = await take(one);

    await gone(server, idle);
    expect(await testDatabases(server)).toEqual(expect.arrayContaining([...held, nameOf(third)]));
    await two.kill();
    await gone(server, [nameOf(second)]);
    expect(await testDatabases(server)).toEqual(expect.arrayContaining([nameOf(first), nameOf(third)]));
    expect(await one.tell("end")).toBe("ended ");
  });

  test("that nobody was there to remove are removed by who comes next", async ({ grounds }) => {
    const variables = { KEEP_ALIVE_MS: "5000" };
    const killed = await grounds.client("divided", variables);
    const left = await take(killed);
    await killed.kill();

    const next = await grounds.client("divided", variables);
    const own = await take(next);

    expect(databaseAt(own, "")).toBe(databaseAt(left, "")); // It is the same server.
    await gone(own, [nameOf(left)]);
    expect(await testDatabases(databaseAt(own, ""))).toContain(nameOf(own));
    expect(await next.tell("end")).toBe("ended ");
    await vi.waitUntil(async () => (await grounds.containers()).length === 0, { timeout: 20_000 });
  });

  test("are had without a process that decides as well", async ({ grounds }) => {
    const client = await grounds.client("divided", { COORDINATION: "in-process" });
    const [first, second] = [await take(client), await take(client)];
    const server = databaseAt(first, "");
    expect(await testDatabases(server)).toEqual(expect.arrayContaining([first, second].map(nameOf)));

    expect(await client.tell("give")).toBe("given");

    await gone(server, [nameOf(second)]);
    expect(await testDatabases(server)).toContain(nameOf(first));
    expect(await client.tell("end")).toBe("ended ");
    expect(grounds.coordinators).toEqual([]);
  });
});
