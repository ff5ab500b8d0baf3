import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { kill } from "./support/processes.ts";
import { Stage } from "./support/stage.ts";

const BUSY_MS = 10_000;

test("a process that is busy for ten seconds while its coordinator is killed keeps its service", async () => {
  await using stage = await Stage.create();
  const [busy, dead] = [stage.client(), stage.client()];
  await busy.start({ used: { kind: "redis" } });
  await busy.query("used", "SET mark here");
  await dead.start({ unused: { kind: "redis" } });

  const working = busy.beBusy(BUSY_MS);
  await sleep(200);
  for (const pid of [...stage.coordinators, dead.pid]) kill(pid);
  const other = stage.client();
  await other.open({}); // Has another coordinator take over.
  // The control: what a dead one had, it removes.
  expect(await stage.gone("unused", Date.now(), 2000)).toBeLessThanOrEqual(2000);
  expect(stage.log).toContain("1 members of a predecessor");
  await working;

  expect(await busy.query("used", "GET mark")).toBe("here");
  expect(stage.coordinators).toHaveLength(1);
  await Promise.all([busy.die("end"), other.die("end")]);
  await stage.settled(5000);
});

test("a process whose coordinator is killed time and again, also while it begins, keeps its service", async () => {
  await using stage = await Stage.create();
  const client = stage.client();
  await client.start({ used: { kind: "redis" } });
  await client.query("used", "SET mark here");

  for (let round = 0; round < 3; round++) {
    for (let times = 0; times < 3; times++) {
      const [before = 0] = stage.coordinators;
      kill(before);
      await vi.waitUntil(() => stage.coordinators.some((pid) => pid !== before), { interval: 1, timeout: 5000 });
    }
    await vi.waitUntil(() => stage.log.split("Listening at ").length > round + 2, { interval: 10, timeout: 5000 });
    expect(await client.query("used", "GET mark")).toBe("here");
  }
  const closed = await client.close();
  expect(closed).toMatchObject({ containers: [{ name: "used", outcome: "stopped" }], errors: [] });
  await client.die("end");
  await stage.settled(5000);
});

test("ten containers of a process that is killed are gone within two seconds", async () => {
  await using stage = await Stage.create();
  const client = stage.client();
  const names = Array.from({ length: 10 }, (_, index) => `web${index}`);
  await client.start(Object.fromEntries(names.map((name) => [name, { kind: "service" as const }])));
  await sleep(1000);
  expect(await stage.containers()).toHaveLength(10);

  const { atMs } = await client.signal("SIGKILL");
  const goneMs = await stage.gone(undefined, atMs, 10_000);
  console.info(`figures ${JSON.stringify({ containers: 10, goneMs })}`);
  expect(goneMs).toBeLessThanOrEqual(2000);
  await stage.settled(5000);
});
