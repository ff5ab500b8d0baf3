import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { describe, expect, test as base } from "vitest";
import type { Client } from "../crash/support/client.ts";
import { Stage } from "../crash/support/stage.ts";
import { kill } from "../crash/support/processes.ts";
import { randomFor } from "../crash/support/random.ts";
import type {
  ContainerIsolationOptions,
  ContainerOptions,
  GenericContainer,
  ServiceDefinition,
  SharedContainer,
} from "../../src/index.ts";
import { command, container, http } from "../../src/index.ts";
import { inspect } from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const flushall = command(["redis-cli", "flushall"]);

/** A Redis server as any container. */
function store(
  isolation?: ContainerIsolationOptions,
  options: ContainerOptions = {},
): ServiceDefinition<SharedContainer, GenericContainer> {
  const health = { kind: "redis", port: 6379 } as const;
  return container(images.redis, { ports: [6379], health, ...options, ...(isolation !== undefined && { isolation }) });
}

/** What a container holds, and a mark left in it. */
async function mark(
  { host, port }: { readonly host: string; port(): number },
  key: string,
): Promise<readonly string[]> {
  const client = new Redis({ host, port: port(), retryStrategy: () => null });
  try {
    const before = await client.keys("*");
    await client.set(key, "here");
    return before;
  } finally {
    client.disconnect();
  }
}

const markOf = (own: GenericContainer, key: string): Promise<readonly string[]> =>
  mark({ host: own.host, port: () => own.port() }, key);

/** Has a container, leaves a mark in it, and gives it back. */
async function holdOnce(
  shared: SharedContainer,
  key: string,
): Promise<{ readonly id: string; readonly found: unknown }> {
  await using own = await shared.isolate();
  return { id: own.id, found: await markOf(own, key) };
}

describe("a service with a reset", () => {
  test("gives holders at the same time different containers, and the next ones the same again, empty", async ({
    workspace,
  }) => {
    const environment = await workspace.start({ mail: store({ reset: flushall }) });
    const { mail } = environment.services;
    await markOf(mail, "of nobody");
    const [one, two] = await Promise.all([mail.isolate(), mail.isolate()]);
    expect([await markOf(one, "one"), await markOf(two, "two")]).toEqual([[], []]);
    expect((await workspace.containers()).map(({ Id }) => Id).toSorted()).toEqual([one.id, two.id].toSorted());
    await one[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();

    const again = [await holdOnce(mail, "three"), await holdOnce(mail, "four")];

    expect(again.map(({ found }) => found)).toEqual([[], []]);
    expect(new Set(again.map(({ id }) => id))).toEqual(new Set([mail.id]));
    expect(await workspace.containers()).toHaveLength(2);
  });

  test("whose reset does nothing shows what was left: the control", async ({ workspace }) => {
    const environment = await workspace.start({ mail: store({ reset: () => undefined }) });
    const { mail } = environment.services;
    const first = await holdOnce(mail, "one");

    expect(await holdOnce(mail, "two")).toEqual({ id: first.id, found: ["one"] });
  });

  test("is reset by a request as well, and by a function", async ({ workspace }) => {
    const asked: string[] = [];
    const environment = await workspace.start({
      web: container(images.service, { ports: [8080], isolation: { reset: http({ port: 8080, path: "/ready" }) } }),
      mail: store({
        reset: async (own) => {
          asked.push(own.id);
          await own.exec(["redis-cli", "flushall"]);
        },
      }),
    });
    const { web, mail } = environment.services;

    expect([(await holdOnce(mail, "one")).id, await holdOnce(mail, "two")]).toEqual([
      mail.id,
      { id: mail.id, found: [] },
    ]);
    expect(asked).toEqual([mail.id, mail.id]);
    await using own = await web.isolate();
    expect(own.id).toBe(web.id);
  });

  test.for([
    ["fails", command(["false"]), "command false: exit code 1"],
    ["is refused", http({ port: 6379 }), /./],
    ["hangs", command(["sleep", "60"]), /^Could not reset mail within 500 ms\./],
  ] as const)(
    "takes another container when the reset %s, and the spoilt one is gone",
    async ([, reset, reason], { workspace }) => {
      const reasons: string[] = [];
      const environment = await workspace.start(
        { mail: store({ reset, resetTimeoutMs: 500 }) },
        { listeners: { "reset:failed": (event) => reasons.push(event.reason) } },
      );
      const { mail } = environment.services;

      const second = await holdOnce(mail, "second"); // The first cannot be reset.
      const third = await holdOnce(mail, "third"); // Nor can the second.

      expect(new Set([mail.id, second.id, third.id]).size).toBe(3);
      expect([second.found, third.found]).toEqual([[], []]);
      expect(reasons).toEqual([expect.stringMatching(reason), expect.stringMatching(reason)]);
      await expect.poll(() => inspect(second.id), { timeout: 10_000 }).toBeUndefined();
      expect((await inspect(mail.id))?.State.Running).toBe(true); // It is everybody's.
    },
  );

  test("is found by the next run where it is kept, reset", async ({ workspace }) => {
    const services = { mail: store({ reset: flushall }, { keepAliveMs: 60_000 }) };
    const first = await workspace.start(services);
    const held = await holdOnce(first.services.mail, "one");
    await first.cleanup();
    await expect.poll(async () => (await inspect(held.id))?.State.Paused, { timeout: 10_000 }).toBe(true); // Nobody waits for it.

    const second = await workspace.start(services);

    expect(await holdOnce(second.services.mail, "two")).toEqual({ id: held.id, found: [] });
    await second.cleanup();
    await workspace.removeLeft();
  });

  test("has no more containers than there may be", async ({ workspace }) => {
    const environment = await workspace.start({ mail: store({ reset: flushall }) }, { capacity: { maxContainers: 2 } });
    const { mail } = environment.services;
    const [one, two] = await Promise.all([mail.isolate(), mail.isolate()]);

    expect(await failureOf(mail.isolate())).toMatchObject({ code: "CLEANROOM_CAPACITY" });
    await one[Symbol.asyncDispose]();
    await using again = await mail.isolate();
    expect([one.id, two.id]).toContain(again.id);
  });
});

describe("a service without a reset", () => {
  test("gives every holder a container that nobody had, and removes it after him", async ({ workspace }) => {
    const environment = await workspace.start({ mail: store({}) });
    const { mail } = environment.services;

    const first = await holdOnce(mail, "one");
    const second = await holdOnce(mail, "two");

    expect(new Set([mail.id, first.id, second.id]).size).toBe(3);
    expect([first.found, second.found]).toEqual([[], []]);
    await expect.poll(() => inspect(first.id), { timeout: 10_000 }).toBeUndefined();
    expect((await inspect(mail.id))?.State.Running).toBe(true);
  });

  test("has the next one ready before anybody asks", async ({ workspace }) => {
    const environment = await workspace.start({ mail: store({}) });
    const { mail } = environment.services;
    await using own = await mail.isolate();
    const others = async (): Promise<readonly string[]> =>
      (await workspace.containers()).map(({ Id }) => Id).filter((id) => id !== mail.id && id !== own.id);
    await expect.poll(others, { timeout: 10_000 }).toHaveLength(1);
    const [ahead] = await others();

    await using next = await mail.isolate();

    expect(next.id).toBe(ahead);
  });

  test("does so in a process of its own too, which leaves nothing", async ({ workspace }) => {
    const environment = await workspace.start({ mail: store({}) }, { coordination: "in-process" });
    const { mail } = environment.services;
    const first = await holdOnce(mail, "one");
    await using own = await mail.isolate();

    expect(own.id).not.toBe(first.id);
    await environment.cleanup();
    expect(await workspace.left()).toEqual([]);
  });

  test("can be reached by others under a name of its own", async ({ workspace }) => {
    const environment = await workspace.start({
      mail: store({}, { network: true }),
      web: container(images.service, { ports: [8080], network: true }),
    });
    const { mail, web } = environment.services;
    await using own = await mail.isolate();

    const reached = await fetch(`${web.url}/connect?host=${own.networkHost}&port=6379`);

    expect(await reached.text()).toBe("connected");
    const { State, Config } = (await inspect(own.id))!;
    expect([State.Running, Config.Labels["dev.cleanroom.service"]]).toEqual([true, "mail"]);
  });
});

test("without the option, all have the same container and what is in it: the control", async ({ workspace }) => {
  const environment = await workspace.start({ mail: store() });
  const { mail } = environment.services;

  expect(await holdOnce(mail, "one")).toEqual({ id: mail.id, found: [] });
  expect(await holdOnce(mail, "two")).toEqual({ id: mail.id, found: ["one"] });
});

describe("processes", () => {
  base("that share one container get in each other's way: the control", async () => {
    await using stage = await Stage.create();
    const client = stage.client();
    await client.start({ mail: { kind: "reset" } });

    await expect(client.churn("mail", 2, 1, true)).rejects.toThrow("'s alone");

    await client.die("end");
    await stage.settled(10_000);
  });

  base.for(["reset", "once"] as const)(
    "that are killed take what they had with them, others go on: %s",
    async (kind) => {
      await using stage = await Stage.create();
      const [doomed, other] = [stage.client(), stage.client()];
      await doomed.open({ mail: { kind } });
      await other.open({ mail: { kind } });
      const kept = await other.isolate("mail");
      const lost = await doomed.isolate("mail");
      expect(lost).not.toBe(kept);

      await doomed.signal("SIGKILL");

      await expect.poll(() => stage.containers("mail"), { timeout: 10_000 }).not.toContain(lost);
      expect(await stage.containers("mail")).toContain(kept);
      await other.churn("mail", 2, 1);
      expect(other.took).not.toContain(lost);
      await other.die("end");
      await stage.settled(10_000);
    },
  );

  base.for(["reset", "once"] as const)(
    "four at a time never have one together, though some are killed and the coordinator is: %s",
    { timeout: 120_000 },
    async (kind) => {
      await using stage = await Stage.create();
      const services = { mail: { kind } };
      const witness = stage.client();
      await witness.start(services);
      const random = randomFor(7, kind);
      const all: Client[] = [];
      const slot = async (): Promise<void> => {
        for (let life = 0; life < 3; life += 1) {
          const client = stage.client();
          all.push(client);
          await client.start(services);
          const working = client.churn("mail", 5, random.integer(1_000_000));
          const isDoomed = life === 1;
          if (isDoomed) await Promise.race([working, sleep(random.number(1000))]);
          else await working;
          await (isDoomed ? client.signal("SIGKILL") : client.die("end"));
          await working.catch((error: unknown) => {
            expect((error as { readonly code: string }).code, String(error)).toBe("ENDED");
          });
        }
      };
      const killing = sleep(1000 + random.number(1000)).then(() => {
        for (const pid of stage.coordinators) kill(pid);
      });

      await Promise.all([...Array.from({ length: 4 }, slot), killing]);

      const taken = all.flatMap(({ took }) => took);
      expect(taken.length).toBeGreaterThanOrEqual(40);
      const different = new Set(taken).size;
      if (kind === "once") expect(different).toBe(taken.length);
      else expect(different).toBeLessThan(taken.length / 2);
      await witness.die("end");
      await stage.settled(15_000);
    },
  );
});
