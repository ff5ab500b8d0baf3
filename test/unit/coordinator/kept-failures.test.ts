import { describe, expect, test as base } from "vitest";
import type { ServiceEvent } from "../../../src/coordinator/coordination.ts";
import { keptNameOf } from "../../../src/coordinator/kept-failures.ts";
import { StartError } from "../../../src/index.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";

const test = base.extend("stage", async ({}, { onCleanup }) => {
  const stage = await CoordinatorStage.create("local");
  onCleanup(() => stage[Symbol.asyncDispose]());
  return stage;
});

const CONTAINER = "cleanroom-db-0000000001";
const KEPT = keptNameOf(CONTAINER, "0000000001");

/** Of what there is in the engine, the names. */
function namesIn({ backend }: CoordinatorStage): readonly string[] {
  return backend.containers.map(({ name }) => name);
}

describe("a service that failed while it was used", () => {
  test.for([0, 10_000])(
    "is set aside when its session ends, whether it is kept alive or not: %i",
    async (keepAliveMs, { stage }) => {
      const events: ServiceEvent[] = [];
      const member = await stage.join({ onEvent: (event) => void events.push(event) });
      const started = await stage.start(member, requestFor("db", { keepAliveMs, keepsFailure: true }));
      stage.container(started).exit(3);
      await stage.settled();

      const { containers, errors } = await member.endSession();

      expect(containers).toMatchObject([{ name: "db", outcome: "kept-failed", exitCode: 3, keptAs: KEPT }]);
      expect(errors).toEqual([]);
      expect(namesIn(stage)).toEqual([KEPT]);
      expect(events.map(({ kind }) => kind).filter((kind) => kind !== "stopping")).toEqual(["failed"]);
      expect(stage.coordinator.services.all).toEqual([]);
    },
  );

  test("is set aside when it is asked for again, and another can be created", async ({ stage }) => {
    const member = await stage.join();
    const request = requestFor("db", { keepsFailure: true });
    stage.container(await stage.start(member, request)).exit(3);
    await stage.settled();

    await stage.start(member, request);

    expect(namesIn(stage)).toEqual([KEPT, "cleanroom-db-0000000002"]);
  });

  test.for([
    { first: false, last: true, names: [KEPT] },
    { first: true, last: false, names: [] },
  ])("is kept or not as was asked last: $last", async ({ first, last, names }, { stage }) => {
    const request = { keepAliveMs: 10_000 };
    const earlier = await stage.join();
    const started = await stage.start(earlier, requestFor("db", { ...request, keepsFailure: first }));
    await earlier.endSession();
    const member = await stage.join();
    await member.acquire(requestFor("db", { ...request, keepsFailure: last }));
    stage.container(started).exit(3);
    await stage.settled();

    await member.endSession();

    expect(namesIn(stage)).toEqual(names);
  });

  test("goes where nothing is kept, although it was to be kept alive: the control", async ({ stage }) => {
    const member = await stage.join();
    const started = await stage.start(member, requestFor("db", { keepAliveMs: 10_000 }));
    stage.container(started).exit(3);
    await stage.settled();

    expect((await member.endSession()).containers).toMatchObject([{ outcome: "already-ended", exitCode: 3 }]);

    expect(namesIn(stage)).toEqual([]);
  });
});

describe("a service that could not be created", () => {
  const details = { container: "db", image: "app:1", exitCode: 3, elapsedMs: 1, logTail: "" };

  test("is set aside when its error says so, and another can be created", async ({ stage }) => {
    const member = await stage.join();
    const request = requestFor("db", { keepsFailure: true });
    const ticket = await stage.ticket(member, request);
    await stage.make(ticket);

    await member.failed(ticket.serviceId, new StartError({ ...details, keptAs: KEPT }));

    expect(namesIn(stage)).toEqual([KEPT]);
    await member.release("db", undefined);
    await stage.start(member, request);
    expect(namesIn(stage)).toEqual([KEPT, "cleanroom-db-0000000002"]);
  });

  test("is removed when its error does not, or was given up", async ({ stage }) => {
    const member = await stage.join();
    const request = requestFor("db", { keepsFailure: true });
    const first = await stage.ticket(member, request);
    await stage.make(first);
    await member.failed(first.serviceId, new StartError(details));
    await member.release("db", undefined);
    const second = await stage.ticket(member, request);
    await stage.make(second);
    await member.abandoned(second.serviceId);

    expect(namesIn(stage)).toEqual([]);
  });
});
