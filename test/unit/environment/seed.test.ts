import { describe, expect, test } from "vitest";
import type { CleanroomEnvironment } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { recordEvents } from "../../support/record-events.ts";
import { service, servicesOf, startOn } from "../support/environments.ts";

function engine(): FakeBackend {
  return new FakeBackend({ images: { "app:1": {} } });
}

/** Four services, two of which need others. */
function shop(): Parameters<typeof startOn>[1] {
  const db = service({ ports: [5432] });
  const cache = service({ ports: [6379, 6380] });
  const mail = service({ ports: [25] });
  return { db, cache, mail, web: service({ ports: [80], dependsOn: { db, cache, mail } }), job: service() };
}

async function run(backend: FakeBackend, seed: string): Promise<readonly string[]> {
  const { listeners, events } = recordEvents();
  const environment = await startOn(backend, shop(), { listeners, settings: { seed } });
  const report = await environment.cleanup();
  expect(report.errors).toEqual([]);
  return events;
}

function portsOf(environment: CleanroomEnvironment): readonly unknown[] {
  return Object.values(environment.connections).map(({ name, ports }) => ({ name, ports }));
}

describe("two runs with one seed", () => {
  test("tell the same events in the same order", async () => {
    const first = await run(engine(), "one");

    expect(await run(engine(), "one")).toEqual(first);
    expect(first.filter((line) => line.startsWith("container:removed"))).toHaveLength(5);
    expect(await run(engine(), "two")).not.toEqual(first);
  });

  test("start and stop one service after the other, what depends on others last and first", async () => {
    const [backend, again, other] = [engine(), engine(), engine()];

    await Promise.all([run(backend, "one"), run(again, "one"), run(other, "two")]);

    expect(servicesOf(again, "create")).toEqual(servicesOf(backend, "create"));
    expect(servicesOf(other, "create")).not.toEqual(servicesOf(backend, "create"));
    const created = servicesOf(backend, "create");
    for (const name of ["db", "cache", "mail"]) expect(created.indexOf(name)).toBeLessThan(created.indexOf("web"));
    const steps = backend.methods.filter((method) => method === "create" || method === "start");
    expect(steps).toEqual(Array.from({ length: 5 }, () => ["create", "start"]).flat());
  });

  test("have the same host ports, other than those of another seed", async () => {
    const ports = async (seed: string): Promise<unknown> => {
      await using environment = await startOn(engine(), shop(), { settings: { seed } });
      return portsOf(environment);
    };

    const first = await ports("one");

    expect(await ports("one")).toEqual(first);
    expect(await ports("two")).not.toEqual(first);
  });
});

describe("at the same time, with one seed", () => {
  test("two runs on one engine have other ports and names", async () => {
    const backend = engine();
    const services = (): Parameters<typeof startOn>[1] => ({ web: service({ ports: [80], scope: "process" }) });
    await using one = await startOn(backend, services(), { settings: { seed: "one" } });
    await using other = await startOn(backend, services(), { settings: { seed: "one" } });

    expect(portsOf(other)).not.toEqual(portsOf(one));
    expect(new Set(backend.containers.map(({ name }) => name)).size).toBe(2);
  });
});

test("numbers for tests follow from the seed", async () => {
  await using environment = await startOn(engine(), {}, { settings: { seed: "one" } });
  await using again = await startOn(engine(), {}, { settings: { seed: "one" } });
  await using other = await startOn(engine(), {}, { settings: { seed: "two" } });
  await using byChance = await startOn(engine(), {});
  const three = (from: CleanroomEnvironment): unknown => Array.from({ length: 3 }, from.random("prices"));

  expect(three(again)).toEqual(three(environment));
  expect(three(other)).not.toEqual(three(environment));
  expect(byChance.seed).toBeUndefined();
  expect(three(byChance)).not.toEqual(three(byChance));
});
