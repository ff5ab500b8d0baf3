import { expect, vi } from "vitest";
import type { CleanroomEnvironment } from "../../src/index.ts";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

const app = (memoryBytes?: number) =>
  container(images.service, { ports: [8080], ...(memoryBytes !== undefined && { limits: { memoryBytes } }) });

function listed({ registry }: CleanroomEnvironment): readonly string[] {
  return registry
    .list()
    .map(({ id }) => id)
    .toSorted();
}

/** What the engine has by the session's label. */
async function inEngine({ sessionId }: CleanroomEnvironment): Promise<readonly string[]> {
  const containers = await engine.containersLabelled(`dev.cleanroom.session=${sessionId}`);
  return containers.map(({ Id }) => Id).toSorted();
}

test("the registry lists what the engine has of the session, whatever happens to it", async ({ workspace }) => {
  const environment = await workspace.start({ a: app(), b: app() });
  const expectSame = async (count: number): Promise<void> => {
    expect(listed(environment)).toHaveLength(count);
    expect(await inEngine(environment)).toEqual(listed(environment));
  };
  await expectSame(2);

  await environment.getOrCreateContainer("c", () => app());
  await expectSame(3);
  await environment.registry.delete("a");
  await expectSame(2);
  await engine.removeContainer(environment.services.b.id);
  await vi.waitUntil(() => !environment.registry.has("b"));
  await expectSame(1);
  await environment.get("b");
  await expectSame(2);
  const failing = environment.getOrCreateContainer("d", () =>
    container(images.service, { entrypoint: ["sh", "-c", "exit 3"], ports: [8080] }),
  );
  await expect(failing).rejects.toThrow();
  await expectSame(2);
  await environment.cleanup();
  await expectSame(0);
});

test("two services of one name whose memory limits differ are two containers", async ({ workspace }) => {
  const [small, large] = [64 * 2 ** 20, 128 * 2 ** 20];
  const first = await workspace.start({ app: app(small) });
  const second = await workspace.start({ app: app(large) });
  const third = await workspace.start({ app: app(small) });

  const idOf = ({ services }: typeof first): string => services.app.id;
  expect(idOf(second)).not.toBe(idOf(first));
  expect(idOf(third)).toBe(idOf(first));
  expect((await engine.inspectExisting(idOf(first))).HostConfig.Memory).toBe(small);
  expect((await engine.inspectExisting(idOf(second))).HostConfig.Memory).toBe(large);
});

test("the states that the registry tells are those that the engine tells", async ({ workspace }) => {
  const environment = await workspace.start({ a: app(), b: app() });
  const { registry, services } = environment;
  const ids = { a: services.a.id, b: services.b.id };
  const ofEngine = async (): Promise<Record<string, string>> => {
    const states = await Promise.all(
      Object.entries(ids).map(async ([name, id]) => [name, (await engine.inspect(id))?.State.Status ?? "absent"]),
    );
    return Object.fromEntries(states.filter(([, status]) => status !== "absent")) as Record<string, string>;
  };
  expect(registry.states()).toEqual({ a: "running", b: "running" });
  expect(JSON.parse(JSON.stringify(registry.states()))).toEqual(await ofEngine());

  await registry.delete("b");

  expect(registry.states()).toEqual({ a: "running" });
  expect(registry.states()).toEqual(await ofEngine());
});
