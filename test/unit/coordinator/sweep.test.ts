import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { asyncProperty, array, assert, constantFrom, record } from "fast-check";
import { describe, expect, test as base } from "vitest";
import { keptNameOf } from "../../../src/coordinator/kept-failures.ts";
import { showPresence } from "../../../src/coordinator/presence.ts";
import { openJournal } from "../../../src/coordinator/sqlite-journal.ts";
import { sweep } from "../../../src/coordinator/sweep.ts";
import { EngineRequestError } from "../../../src/index.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { specWith } from "../support/specs.ts";

interface Context {
  readonly stage: CoordinatorStage;
  readonly place: string;
}

const test = base
  .extend("stage", async ({}, { onCleanup }) => {
    const stage = await CoordinatorStage.create("local");
    onCleanup(() => stage[Symbol.asyncDispose]());
    return stage;
  })
  .extend("place", async ({}, { onCleanup }) => {
    const place = await mkdtemp("/tmp/cr-");
    onCleanup(() => rm(place, { recursive: true, force: true }));
    return place;
  });

const OTHER = "0123456789ab";

function label(owner: string | undefined, coordinator: string | undefined): Record<string, string> {
  return {
    ...(owner !== undefined && { "dev.cleanroom.owner": owner }),
    ...(coordinator !== undefined && { "dev.cleanroom.coordinator": coordinator }),
  };
}

async function put({ stage }: Context, name: string, labels: Readonly<Record<string, string>>): Promise<void> {
  await stage.backend.start(await stage.backend.create({ containerName: name, spec: specWith(), labels }));
  await stage.backend.createNetwork(`${name}-net`, labels);
}

function run({ stage, place }: Context, owner = "owner", includesKept = false) {
  return sweep({
    caretaker: stage.backend,
    ownership: { owner, coordinator: "coordinator" },
    coordinator: stage.coordinator,
    stateDirectory: place,
    clock: stage.clock,
    includesKept,
    log: (line) => stage.lines.push(line),
  });
}

function left({ backend }: CoordinatorStage): readonly string[] {
  return [...backend.containers.map(({ name }) => name), ...backend.networks];
}

describe("a sweep", () => {
  test("removes what carries its labels and is in no book, and says so", async ({ stage, place }) => {
    await put({ stage, place }, "lost", label("owner", "coordinator"));

    const report = await run({ stage, place });

    expect(left(stage)).toEqual([]);
    expect(report).toEqual({ removed: ["container lost", "network lost-net"], failures: [] });
  });

  test("keeps what its coordinator looks after", async ({ stage, place }) => {
    const member = await stage.join();
    await stage.start(member, requestFor("db", { network: "n" }));
    await stage.make(await stage.ticket(member, requestFor("half")));
    const before = left(stage);

    await run({ stage, place });

    expect(left(stage)).toEqual(before);
    expect(before).toHaveLength(3);
  });

  test("keeps what another coordinator looks after, while that lives", async ({ stage, place }) => {
    await put({ stage, place }, "theirs", label("owner", OTHER));
    await mkdir(join(place, OTHER));
    const journal = await openJournal(join(place, OTHER, "journal.db"));

    await run({ stage, place });
    expect(left(stage)).toHaveLength(2);
    journal?.close();
    await run({ stage, place });

    expect(left(stage)).toEqual([]);
  });

  test("keeps what a living member of a dead coordinator may use", async ({ stage, place }) => {
    await put({ stage, place }, "theirs", label("owner", OTHER));
    const directory = join(place, OTHER);
    await mkdir(directory);
    const journal = await openJournal(join(directory, "journal.db"));
    const identity = { pid: 1, startedAtMs: 0, bootId: "", title: "" };
    journal?.saveMember({ id: "busy", sessionId: "s", identity });
    journal?.saveMember({ id: "dead", sessionId: "s", identity });
    journal?.close();
    const presence = await showPresence(directory, "busy");

    await run({ stage, place });
    expect(left(stage)).toHaveLength(2);
    await presence[Symbol.asyncDispose]();
    await run({ stage, place });

    expect(left(stage)).toEqual([]);
  });

  test("keeps what failed and is to be looked at, for a day, unless it is asked to remove that as well", async ({
    stage,
    place,
  }) => {
    const kept = keptNameOf("cleanroom-db-1", "1");
    const labels = label("owner", "coordinator");
    const make = async (): Promise<void> => {
      await stage.backend.start(await stage.backend.create({ containerName: kept, spec: specWith(), labels }));
    };
    await make();

    expect((await run({ stage, place })).removed).toEqual([]);
    await stage.clock.advance(24 * 60 * 60 * 1000 - 1);
    expect((await run({ stage, place })).removed).toEqual([]);
    await stage.clock.advance(1);
    expect((await run({ stage, place })).removed).toEqual([`container ${kept}`]);

    await make();
    expect((await run({ stage, place }, "owner", true)).removed).toEqual([`container ${kept}`]);
    expect(left(stage)).toEqual([]);
  });

  test("goes on after what it could not remove", async ({ stage, place }) => {
    await put({ stage, place }, "stuck", label("owner", "coordinator"));
    await put({ stage, place }, "loose", label("owner", "coordinator"));
    stage.backend.failNext("remove", new EngineRequestError({ operation: "remove", refusal: "other", reason: "busy" }));

    const { failures } = await run({ stage, place });

    expect(failures).toHaveLength(1);
    expect(stage.backend.containers).toHaveLength(1);
  });

  test("goes nowhere that a label leads it", async ({ stage, place }) => {
    await mkdir(join(place, "victim"));
    for (const evil of ["../victim", join("..", place.slice(5), "victim"), "victim", "", "."]) {
      await put({ stage, place }, `evil${evil.length}`, label("owner", evil));
    }

    await run({ stage, place });

    await expect(rm(join(place, "victim"))).rejects.toMatchObject({ code: "ERR_FS_EISDIR" });
  });

  test("never touches what belongs to others", async ({ place }) => {
    const labels = record({
      owner: constantFrom(undefined, "owner", "owner2", "OWNER", "own", "", "another"),
      coordinator: constantFrom(undefined, "coordinator", "another", OTHER),
    });
    await assert(
      asyncProperty(array(labels, { maxLength: 12 }), async (objects) => {
        const stage = await CoordinatorStage.create("local");
        for (const [index, { owner, coordinator }] of objects.entries()) {
          await put({ stage, place }, `c${index}`, label(owner, coordinator));
        }
        const foreign = objects.flatMap(({ owner }, index) => (owner === "owner" ? [] : [`c${index}`]));

        await run({ stage, place });

        const kept = stage.backend.containers.map(({ name }) => name);
        expect(foreign.filter((name) => !kept.includes(name))).toEqual([]);
        expect(stage.backend.networks.filter((name) => foreign.includes(name.replace("-net", "")))).toHaveLength(
          foreign.length,
        );
        const touched = stage.backend.calls
          .filter(({ method }) => method === "remove" || method === "removeNetwork")
          .map(({ subject }) => subject);
        expect(touched.filter((name) => foreign.includes(name))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
