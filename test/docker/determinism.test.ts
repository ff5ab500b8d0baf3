import type { ContainerInspectInfo } from "dockerode";
import { describe, expect } from "vitest";
import type { Services } from "../../src/index.ts";
import { container, http, postgres, redis } from "../../src/index.ts";
import { recordEvents } from "../support/record-events.ts";
import { images, test, Workspace } from "../support/workspace.ts";

/** Services as a shop might have them; two of them need others. */
function shop() {
  const db = postgres(images.postgres);
  const cache = redis(images.redis);
  const health = http({ port: 8080 });
  return {
    db,
    cache,
    mail: container(images.service, { ports: [8080], health }),
    web: container(images.service, { ports: [8080], health, dependsOn: { db, cache } }),
    job: container(images.service, { dependsOn: { db } }),
  } satisfies Services;
}

/** What a run of the shop's tests did, as it says itself and as the engine does. */
interface Run {
  readonly events: readonly string[];
  /** Names in the engine, in the order in which the containers were made. */
  readonly names: readonly string[];
  readonly ports: Readonly<Record<string, unknown>>;
}

async function run(workspace: Workspace, seed: string | undefined): Promise<Run> {
  const { listeners, events } = recordEvents();
  const environment = await workspace.start(shop(), { settings: { seed }, listeners });
  await using _database = await environment.services.db.isolate();
  await using _cache = await environment.services.cache.isolate();
  const made = (await workspace.containers()).toSorted((a, b) => a.Created.localeCompare(b.Created));
  const { errors } = await environment.cleanup();
  expect(errors).toEqual([]);
  return {
    events,
    names: made.map(({ Name }) => Name),
    ports: Object.fromEntries(made.map((one) => [one.Name, hostPortsOf(one)])),
  };
}

function hostPortsOf({ NetworkSettings }: ContainerInspectInfo): readonly unknown[] {
  // A port that the image exposes and nobody publishes has none.
  const ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> = NetworkSettings.Ports;
  return Object.entries(ports).flatMap(([port, bindings]) =>
    bindings === null ? [] : [[port, bindings[0]?.HostPort]],
  );
}

describe("two runs with one seed", () => {
  test("tell the same events, and have the same names, order and ports in the engine", async ({ workspace }) => {
    const first = await run(workspace, "one");
    const second = await run(workspace, "one");

    expect(second).toEqual(first);
    expect(first.names).toHaveLength(5);
    expect(first.events.filter((line) => line.startsWith("container:removed"))).toHaveLength(5);
  });

  test("differ from one with another seed: the control", async ({ workspace }) => {
    const first = await run(workspace, "one");
    const other = await run(workspace, "two");

    expect(other.names.toSorted()).not.toEqual(first.names.toSorted());
    expect(other.ports).not.toEqual(first.ports);
    expect(other.events).not.toEqual(first.events);
    expect(other.events.toSorted()).toEqual(first.events.toSorted());
  });
});

test("two runs at the same time with one seed do not collide", async ({ workspace }) => {
  await using other = await Workspace.create();
  const services = (): Services => ({ web: container(images.service, { ports: [8080] }) });

  const [first, second] = await Promise.all([
    workspace.start(services(), { settings: { seed: "one" } }),
    other.start(services(), { settings: { seed: "one" } }),
  ]);

  const made = [...(await workspace.containers()), ...(await other.containers())];
  expect(new Set(made.map(({ Name }) => Name)).size).toBe(2);
  expect(new Set(made.flatMap(hostPortsOf).map(String)).size).toBe(2);
  expect(Object.keys({ ...first.services, ...second.services })).toEqual(["web"]);
});
