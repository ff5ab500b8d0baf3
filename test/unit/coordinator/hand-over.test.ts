import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { clearStaleSockets, showPresence } from "../../../src/coordinator/presence.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { isSettled } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

test("of many who wait for a creation that is given up, one creates, and the others wait for it", async () => {
  await using stage = await CoordinatorStage.create("local");
  const creator = await stage.join();
  const given = await creator.acquire(requestFor("db"));
  if (given.kind !== "create") throw new Error("There was one already.");
  const members = await Promise.all(Array.from({ length: 15 }, () => stage.join()));
  const waits = members.map((member) => member.acquire(requestFor("db")));
  await stage.waiting(15);

  await creator.abandoned(given.ticket.serviceId);
  await stage.settled();

  const settled = await Promise.all(waits.map((wait) => isSettled(wait)));
  expect(settled.filter((is) => is)).toHaveLength(1);
  expect(stage.coordinator.services.all).toHaveLength(1);

  const successor = settled.indexOf(true);
  const acquisition = await waits[successor];
  if (acquisition?.kind !== "create") throw new Error("Somebody else had made one.");
  const connection = await stage.make(acquisition.ticket);
  await members[successor]?.created(acquisition.ticket.serviceId, connection, noCare);
  const others = await Promise.all(waits.filter((_, index) => index !== successor));
  expect(others).toEqual(others.map(() => ({ kind: "ready", serviceId: acquisition.ticket.serviceId, connection })));
});

test("sockets of those who died are removed, and nothing else", async () => {
  const place = await mkdtemp("/tmp/cr-");
  const presence = await showPresence(place, "0a");
  const die = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  for (const name of ["m-0b", "election"]) spawnSync(process.execPath, ["-e", die, join(place, name)]);
  await writeFile(join(place, "journal.db"), "");
  expect((await readdir(place)).toSorted()).toEqual(["election", "journal.db", "m-0a", "m-0b"]);

  const { mtimeMs: madeAtMs } = await stat(join(place, "m-0b"));
  await clearStaleSockets(place, madeAtMs); // They may only just have been made.
  expect(await readdir(place)).toContain("m-0b");
  await clearStaleSockets(place, madeAtMs + 60_000);

  expect((await readdir(place)).toSorted()).toEqual(["journal.db", "m-0a"]);
  await presence[Symbol.asyncDispose]();
  await rm(place, { recursive: true });
});
