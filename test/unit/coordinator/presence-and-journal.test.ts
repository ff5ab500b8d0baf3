import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test as base } from "vitest";
import type { JournalContent, ServiceRecord } from "../../../src/coordinator/journal.ts";
import { clearPresence, isPresent, showPresence } from "../../../src/coordinator/presence.ts";
import { openJournal } from "../../../src/coordinator/sqlite-journal.ts";
import { requestFor } from "../../support/coordinator-stage.ts";

const test = base.extend("place", async ({}, { onCleanup }) => {
  const place = await mkdtemp("/tmp/cr-");
  onCleanup(() => rm(place, { recursive: true, force: true }));
  return place;
});

/** Runs a module that says `there` and then does nothing more, and kills it at the end. */
async function whileAnotherProcess(body: string, work: () => Promise<void>): Promise<void> {
  const source = new URL("../../../src/coordinator/", import.meta.url).href;
  const program = `${body.replaceAll("SRC/", source)}\nconsole.log("there"); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;
  const child = spawn(process.execPath, ["--no-warnings", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), exited]);
  try {
    await work();
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

describe("a process", () => {
  test("is present as long as it says so, whatever it does", async ({ place }) => {
    expect(await isPresent(place, "a")).toBe(false);
    const presence = await showPresence(place, "a");
    expect(await isPresent(place, "a")).toBe(true);
    expect(await isPresent(place, "b")).toBe(false);

    await presence[Symbol.asyncDispose]();

    expect(await isPresent(place, "a")).toBe(false);
    expect(await readdir(place)).toEqual([]);
  });

  test("is present while its loop is blocked, and not any more once it was killed", async ({ place }) => {
    const body = `import { showPresence } from "SRC/presence.ts"; await showPresence(${JSON.stringify(place)}, "a");`;
    await whileAnotherProcess(body, async () => {
      expect(await Promise.all(Array.from({ length: 20 }, () => isPresent(place, "a")))).not.toContain(false);
    });

    expect(await isPresent(place, "a")).toBe(false);
    expect(await readdir(place)).toEqual(["m-a"]);
    await clearPresence(place, "a");
    await clearPresence(place, "a");
    expect(await readdir(place)).toEqual([]);
  });
});

const record: ServiceRecord = {
  id: "1",
  request: requestFor("db", { requestId: "r", dependsOn: ["2"] }),
  containerName: "c",
  networkName: "n",
  creatorId: "m",
  isPaused: false,
  leases: [["s", ["m"]]],
};
const member = { id: "m", sessionId: "s", identity: { pid: 1, startedAtMs: 2.5, bootId: "b", title: "t" } };

const holder = { memberId: "m", requestId: "r" };
const mine = { serviceId: "1", id: "test_a", holder };
const yours = { serviceId: "1", id: "test_b", holder };
const other = { serviceId: "2", id: "test_a", holder };

async function contentOf(path: string): Promise<JournalContent | undefined> {
  const journal = await openJournal(path);
  const content = journal?.read();
  journal?.close();
  return content;
}

describe("a journal", () => {
  test("holds what was written, in order, until it is struck out", async ({ place }) => {
    const path = join(place, "journal.db");
    const journal = await openJournal(path);
    journal?.saveService(record);
    journal?.saveService({ ...record, id: "2" });
    journal?.saveService({ ...record, id: "3", isPaused: true });
    journal?.saveMember(member);
    journal?.saveMember({ ...member, id: "other" });
    journal?.removeService("2");
    journal?.removeMember("other");
    journal?.removeMember("never there");
    for (const part of [mine, yours, other]) journal?.savePart(part);
    journal?.removePart("1", "test_b");
    journal?.removePartsOf("2");
    journal?.close();

    expect(await contentOf(path)).toEqual({
      services: [record, { ...record, id: "3", isPaused: true }],
      members: [member],
      parts: [mine],
    });
  });

  test("is open to one at a time, in one process as in two", async ({ place }) => {
    const path = join(place, "journal.db");
    const journal = await openJournal(path);
    expect(await openJournal(path)).toBeUndefined();
    journal?.close();
    const next = await openJournal(path);
    expect(next).toBeDefined();
    next?.close();
  });

  test("is free, and complete, as soon as whoever had it open was killed", async ({ place }) => {
    const path = join(place, "journal.db");
    const body = `
      import { openJournal } from "SRC/sqlite-journal.ts";
      const journal = await openJournal(${JSON.stringify(path)});
      for (let id = 0; id < 500; id += 1) journal.saveService({ ...${JSON.stringify(record)}, id: String(id) });`;
    await whileAnotherProcess(body, async () => {
      expect(await openJournal(path)).toBeUndefined();
    });

    expect((await contentOf(path))?.services).toHaveLength(500);
  });

  test.for([
    ["no database", "this is not a database at all, but it is long enough to look at".repeat(100)],
    ["empty", ""],
  ])("that is %s is begun anew", async ([, content = ""], { place }) => {
    const path = join(place, "journal.db");
    await writeFile(path, content);

    expect(await contentOf(path)).toEqual({ services: [], members: [], parts: [] });
    const journal = await openJournal(path);
    journal?.saveService(record);
    journal?.close();
    expect((await contentOf(path))?.services).toEqual([record]);
  });

  test("that was cut off in the middle is begun anew", async ({ place }) => {
    const path = join(place, "journal.db");
    const journal = await openJournal(path);
    for (let id = 0; id < 200; id += 1) journal?.saveService({ ...record, id: String(id) });
    journal?.close();
    const { size } = await stat(path);
    await writeFile(path, Buffer.alloc(size, 0xff), { flag: "r+" });

    expect(await contentOf(path)).toEqual({ services: [], members: [], parts: [] });
  });
});
