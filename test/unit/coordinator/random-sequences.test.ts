import { array, assert, asyncProperty, constantFrom, nat, record } from "fast-check";
import { expect, test } from "vitest";
import type {
  Acquisition,
  CreationTicket,
  ServiceRequest,
  SessionMember,
} from "../../../src/coordinator/coordination.ts";
import { EngineRequestError } from "../../../src/index.ts";
import type { SeatKind } from "../../support/coordinator-stage.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { noCare } from "../support/specs.ts";

/** One step of somebody; which of what there is it is about is taken by number, round and round. */
interface Step {
  readonly what: keyof typeof steps;
  readonly which: number;
  readonly how: number;
}

interface Job {
  readonly member: SessionMember;
  readonly ticket: CreationTicket;
  readonly request: ServiceRequest;
  isMade: boolean;
}

/** What the members know, and what must therefore be true. */
class Run {
  readonly members: SessionMember[] = [];
  readonly jobs: Job[] = [];
  readonly aborts: AbortController[] = [];
  /** What members hold: it must be there, run, and be awake. */
  readonly held = new Map<string, { readonly member: SessionMember; readonly name: string; readonly id: string }>();
  /** What each service is to be one of. */
  readonly identities = new Map<string, string>();
  readonly stage: CoordinatorStage;
  asked = 0;
  answered = 0;
  /** Containers that somebody else ended or removed. */
  readonly lost = new Set<string>();

  constructor(stage: CoordinatorStage) {
    this.stage = stage;
  }

  holds(member: SessionMember, serviceId: string, name: string, id: string): void {
    this.held.set(`${member.memberId} ${serviceId}`, { member, name, id });
  }

  forget(isGone: (member: SessionMember) => boolean): void {
    for (const [key, { member }] of this.held) if (isGone(member)) this.held.delete(key);
    for (const job of this.jobs.filter(({ member }) => isGone(member))) this.jobs.splice(this.jobs.indexOf(job), 1);
  }

  ask(member: SessionMember, request: ServiceRequest): void {
    const abort = new AbortController();
    this.aborts.push(abort);
    this.asked += 1;
    const note = (acquisition: Acquisition): void => {
      if (acquisition.kind === "ready") {
        const { serviceId, connection } = acquisition;
        if (this.members.includes(member)) this.holds(member, serviceId, request.name, connection.id);
        return;
      }
      const { ticket } = acquisition;
      this.identities.set(ticket.serviceId, [request.group, request.name, request.key, request.network].join(" "));
      const isWanted = this.members.includes(member) && !abort.signal.aborted;
      if (isWanted) this.jobs.push({ member, ticket, request, isMade: false });
      else void member.abandoned(ticket.serviceId).catch(() => undefined);
    };
    member
      .acquire(request, abort.signal)
      .then(note, () => undefined)
      .finally(() => (this.answered += 1));
  }

  check(): void {
    const { containers } = this.stage.backend;
    const identities = containers.map(({ labels }) => this.identities.get(labels["dev.cleanroom.service-id"] ?? ""));
    expect(identities).not.toContain(undefined);
    expect(new Set(identities).size).toBe(identities.length); // Never two for one key.
    for (const { name, id } of this.held.values()) {
      if (this.lost.has(id)) continue;
      const container = containers.find((candidate) => candidate.id === id);
      expect({ name, state: container?.state, isPaused: container?.isPaused }).toEqual({
        name,
        state: "running",
        isPaused: false,
      });
    }
  }
}

const refused = new EngineRequestError({ operation: "do it", refusal: "other", reason: "busy" });

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % list.length];
}

function take<T>(list: T[], which: number): T | undefined {
  return list.splice(which % Math.max(1, list.length), 1)[0];
}

const steps = {
  join: async (run: Run, which: number, how: number) => {
    if (run.members.length > 5) return;
    const sessionId = how % 2 === 0 ? undefined : pick(run.members, which)?.sessionId;
    run.members.push(await run.stage.join({ sessionId }));
  },
  acquire: (run: Run, which: number, how: number) => {
    const member = pick(run.members, which);
    if (member === undefined) return;
    const dependency = [...run.held].find(([, held]) => held.member === member && held.name === "a");
    const isDependant = how % 3 === 1 && dependency !== undefined;
    run.ask(
      member,
      requestFor(isDependant ? "b" : (pick(["a", "c", "d"], how) ?? "a"), {
        key: how % 5 === 0 ? "k2" : "k1",
        network: how % 4 === 0 ? "n" : undefined,
        group: how % 7 === 0 ? `process:${member.memberId}` : "project:/p",
        keepAliveMs: how % 2 === 0 ? 0 : 1000,
        dependsOn: isDependant ? [dependency[0].split(" ")[1] ?? ""] : [],
        capacity: how % 6 === 0 ? { maxContainers: 3, maxIdleContainers: 1 } : undefined,
      }),
    );
  },
  make: async (run: Run, which: number) => {
    const job = pick(
      run.jobs.filter(({ isMade }) => !isMade),
      which,
    );
    if (job === undefined) return;
    job.isMade = true;
    await run.stage.make(job.ticket);
  },
  create: async (run: Run, which: number) => {
    const job = take(run.jobs, which);
    if (job === undefined) return;
    const { member, ticket, request } = job;
    const { containerName } = ticket;
    const made = run.stage.backend.containers.find(({ name }) => name === containerName);
    const connection =
      made === undefined
        ? await run.stage.make(ticket)
        : { name: "x", id: made.id, image: "i", key: "k", host: "h", ports: {}, details: {} };
    await member.created(ticket.serviceId, connection, noCare);
    run.holds(member, ticket.serviceId, request.name, connection.id);
  },
  fail: (run: Run, which: number) => {
    const job = take(run.jobs, which);
    return job?.member.failed(job.ticket.serviceId, new Error("it failed"));
  },
  abandon: (run: Run, which: number) => {
    const job = take(run.jobs, which);
    return job?.member.abandoned(job.ticket.serviceId);
  },
  abort: (run: Run, which: number) => {
    take(run.aborts, which)?.abort(new Error("had enough"));
  },
  release: (run: Run, which: number) => {
    const entry = pick([...run.held], which);
    if (entry === undefined) return;
    const [key, { member, name }] = entry;
    run.held.delete(key);
    void member.release(name, key.split(" ")[1]);
  },
  leave: (run: Run, which: number) => {
    const member = take(run.members, which);
    if (member === undefined) return;
    run.forget((other) => other === member);
    void member[Symbol.asyncDispose]();
  },
  end: (run: Run, which: number) => {
    const member = pick(run.members, which);
    if (member === undefined) return;
    const { sessionId } = member;
    const isGone = (other: SessionMember): boolean => other.sessionId === sessionId;
    run.forget(isGone);
    for (const other of run.members.filter(isGone)) run.members.splice(run.members.indexOf(other), 1);
    void member.endSession();
  },
  wait: (run: Run, which: number) => run.stage.clock.advance(pick([1, 400, 1000, 3000], which) ?? 1),
  refuse: (run: Run, which: number) => {
    run.stage.backend.failNext(
      pick(["remove", "createNetwork", "removeNetwork", "pause", "stop"], which) ?? "stop",
      refused,
    );
  },
  interfere: async (run: Run, which: number, how: number) => {
    const container = pick(run.stage.backend.containers, which);
    if (container === undefined || run.jobs.some(({ ticket }) => ticket.containerName === container.name)) return;
    run.lost.add(container.id);
    if (how % 2 === 0) container.kill();
    else await run.stage.backend.remove(container.id).catch(() => undefined); // A refusal may have waited for it.
  },
};

const often = ["acquire", "acquire", "acquire", "create", "create", "make", "join"] as const;
const anyStep = record({
  what: constantFrom(...often, ...(Object.keys(steps) as (keyof typeof steps)[])),
  which: nat(20),
  how: nat(1000),
});

async function play(kind: SeatKind, sequence: readonly Step[]): Promise<void> {
  await using stage = await CoordinatorStage.create(kind, { retryMs: 2000, stragglerMs: 0 });
  const run = new Run(stage);
  await steps.join(run, 0, 0);
  for (const { what, which, how } of sequence) {
    await steps[what](run, which, how);
    await stage.settled(kind === "local" ? 2 : 30);
    run.check();
  }
  run.forget(() => true);
  await Promise.all(run.members.splice(0).map((member) => member[Symbol.asyncDispose]()));
  for (let round = 0; round < 12 || (round < 100 && !stage.coordinator.isIdle); round += 1) {
    await stage.settled(kind === "local" ? 2 : 30);
    await stage.clock.advance(5000); // What failed is tried again; what was kept expires.
  }
  expect({ answered: run.answered, left: stage.live, networks: stage.backend.networks }).toEqual({
    answered: run.asked,
    left: [],
    networks: [],
  });
}

test("whatever members do, in whatever order: one container a key, nothing left, and everybody is answered", async () => {
  await assert(
    asyncProperty(array(anyStep, { minLength: 5, maxLength: 60 }), (sequence) => play("local", sequence)),
    { numRuns: 3000 },
  );
}, 60_000);

test("the same over sockets", async () => {
  await assert(
    asyncProperty(array(anyStep, { minLength: 5, maxLength: 40 }), (sequence) => play("remote", sequence)),
    { numRuns: 25 },
  );
}, 60_000);
