import type { EntryUse } from "../caches/eviction-policy.ts";
import type { CareInstructions } from "../container/care-plan.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import { abortable } from "../time/abortable.ts";
import type { Acquisition, ServiceRequest } from "./coordination.ts";
import type { ServiceRecord } from "./journal.ts";
import type { PartHolder } from "./parts/part-holder.ts";
import type { Member } from "./session.ts";

/**
 * Where a shared service is in its life. `creating`: one member makes it. `ready`: it can be used. `removing`: it, or what
 * was half made of it, goes.
 */
export type SharedServiceState = "creating" | "ready" | "removing";

/** One request that waits for a service to be created. */
export interface Wait {
  /** Whose it is. */
  readonly member: Member;
}

/** What is known of a service from the start. */
export type NewService = Pick<ServiceRecord, "id" | "request" | "containerName" | "networkName">;

/** One container and who shares it. */
export class SharedService {
  /** Identifies it, for good: what is made later for the same request has another. */
  readonly id: string;
  /** What its container is called in the engine. */
  readonly containerName: string;
  /** The network it is on. */
  readonly networkName: string | undefined;
  /** What was asked for; of how it is kept, what was asked last. */
  request: ServiceRequest;
  /** Where it is in its life. */
  state: SharedServiceState = "creating";
  /** Who makes it, while it is being made. */
  creatorId: string | undefined;
  /** How to reach it, once it is ready. */
  connection: ServiceConnection | undefined;
  /** How it is looked after, once it is ready. */
  care: CareInstructions | undefined;
  /** How to reach it as it was before, while it is being initialised anew. */
  former: ServiceConnection | undefined;
  /** Whether its processes are frozen. */
  isPaused = false;
  /** Why it is being restarted; absent while it is not. */
  restarting: string | undefined;
  /** Whether its container has ended, or has to be given up; whoever asks for it next finds that out and gets another. */
  hasFailed = false;
  /** Whether the probe that watches it says that it cannot be used. */
  isUnhealthy = false;
  /** Who has it for himself, and by which request. */
  holder: PartHolder | undefined;
  /** Whether nobody may have it for himself any more, as it may not be what it should be. */
  isSpent = false;
  /** When its last user left, in milliseconds since the epoch; absent while it has one. */
  idleSinceMs: number | undefined;
  /** When it is removed unless somebody uses it, in milliseconds since the epoch; of no meaning while it has a user. */
  expiresAtMs = 0;
  /** When it became ready, in milliseconds since the epoch. */
  readyAtMs = 0;
  /** How often it was handed out. */
  uses = 0;
  /** Whether it could not be created, and what was made of it is kept to be looked at. */
  isKeptAsFailure = false;
  /** Every wait for it to be created. */
  readonly waits: Set<Wait> = new Set();
  /** The services that depend on it. */
  readonly dependants: Set<SharedService> = new Set();
  /** Resolves when it is ready, and rejects when it failed; afterwards, when it is gone. */
  settled: PromiseWithResolvers<void> = Promise.withResolvers<void>();

  /** The sessions that use it, and through which of their members. */
  readonly #leases = new Map<string, Set<string>>();

  constructor({ id, request, containerName, networkName }: NewService) {
    this.id = id;
    this.request = request;
    this.networkName = networkName;
    this.containerName = containerName;
    this.settled.promise.catch(() => undefined); // Perhaps nobody waits.
  }

  /** The service that a record describes, as it was. */
  static from(record: ServiceRecord): SharedService {
    const service = new SharedService(record);
    service.state = record.connection === undefined ? "creating" : "ready";
    service.creatorId = record.creatorId;
    service.connection = record.connection;
    service.care = record.care;
    service.former = record.former;
    service.isPaused = record.isPaused;
    service.hasFailed = record.hasFailed ?? false;
    service.holder = record.holder;
    service.isSpent = record.isSpent ?? false;
    service.restarting = record.restarting;
    for (const [sessionId, memberIds] of record.leases) service.#leases.set(sessionId, new Set(memberIds));
    service.idleSinceMs = record.idleSinceMs;
    service.readyAtMs = record.readyAtMs ?? 0;
    service.uses = record.uses ?? 0;
    if (service.state === "ready") service.settled.resolve();
    return service;
  }

  /** Whether it is what a request wants. */
  answers(request: ServiceRequest): boolean {
    if (!this.isLike(request)) return false;
    const { claim } = request;
    if (claim === undefined) return this.request.claim === undefined;
    if (this.state !== "removing" && this.holder?.requestId === request.requestId) return true; // It was asked before.
    return this.isFree && (this.request.claim !== undefined || claim.includesShared);
  }

  /** Whether it is described as a request describes it, whoever may have it. */
  isLike({ group, name, key, network }: ServiceRequest): boolean {
    const own = this.request;
    return group === own.group && name === own.name && key === own.key && network === own.network;
  }

  /** Whether it is this very request that is to create it. */
  isPromisedTo({ id }: Member, { requestId }: ServiceRequest): boolean {
    return this.state === "creating" && this.creatorId === id && this.request.requestId === requestId;
  }

  /** Whether somebody can have it for himself. */
  get isFree(): boolean {
    const isFit = !this.isSpent && !this.isUnhealthy; // Of one that has failed, whoever asks for it next finds that out.
    return this.state === "ready" && this.holder === undefined && isFit;
  }

  /** Whether it is, or will be, there for whoever claims it, and is nothing else to anybody. */
  get isSpare(): boolean {
    return this.request.claim !== undefined && this.holder === undefined && this.state !== "removing";
  }

  /** Whether there is a container of it that was ready once. */
  get hasContainer(): boolean {
    return this.connection !== undefined || this.former !== undefined;
  }

  /** How it was used, for who decides what goes first. */
  get use(): EntryUse {
    const { readyAtMs: addedAt, idleSinceMs: usedAt = 0, uses, expiresAtMs: expiresAt } = this;
    return { addedAt, usedAt, uses, expiresAt };
  }

  /** What whoever wants it is told, while it is ready. */
  get acquisition(): Acquisition | undefined {
    const { id: serviceId, connection, state } = this;
    return connection === undefined || state !== "ready" ? undefined : { kind: "ready", serviceId, connection };
  }

  /** Notes that it is initialised. Whoever made it and whoever waits for it use it from now on. */
  becomeReady(
    connection: ServiceConnection,
    care: CareInstructions,
    { creator, nowMs }: { readonly creator: Member; readonly nowMs: number },
  ): void {
    this.readyAtMs = nowMs;
    this.uses = 0;
    this.connection = connection;
    this.care = care;
    this.hasFailed = false;
    this.former = undefined;
    this.state = "ready";
    this.creatorId = undefined;
    for (const { session, id } of [creator, ...this.waitingMembers]) if (!session.hasEnded) this.lease(session.id, id);
  }

  /** Notes that its container is to be initialised anew, for another request. Nobody uses what it is now. */
  beginAnew(request: ServiceRequest, { id }: Member): void {
    this.request = request;
    this.creatorId = id;
    this.former = this.connection;
    this.connection = undefined;
    this.state = "creating";
    this.settled = Promise.withResolvers();
    this.settled.promise.catch(() => undefined);
    this.forgetLeases();
    this.idleSinceMs = undefined;
  }

  /** Who waits for it to be created. */
  get waitingMembers(): readonly Member[] {
    return [...this.waits].map(({ member }) => member);
  }

  /** Waits until it is ready, failed or gone. Rejects with what it failed with, or with the signal's reason. */
  async settledFor(member: Member, signal: AbortSignal): Promise<void> {
    const wait = { member }; // Its own: the same member may wait twice.
    this.waits.add(wait);
    try {
      await abortable(this.settled.promise, signal);
    } finally {
      this.waits.delete(wait);
    }
  }

  /** Whether nobody uses it, no session and no other service. */
  get isUnused(): boolean {
    return this.#leases.size === 0 && this.dependants.size === 0;
  }

  /** The sessions that use it. */
  get sessionIds(): readonly string[] {
    return [...this.#leases.keys()];
  }

  /** The sessions that use it, with the members through which they do. */
  get leases(): readonly (readonly [string, readonly string[]])[] {
    return [...this.#leases].map(([sessionId, memberIds]) => [sessionId, [...memberIds]] as const);
  }

  /** Notes that a session uses it. */
  lease(sessionId: string, memberId: string): void {
    const members = this.#leases.get(sessionId) ?? new Set();
    this.#leases.set(sessionId, members.add(memberId));
    this.uses += 1;
    this.idleSinceMs = undefined;
  }

  /**
   * Notes that one member of a session does not need it any more. Tells whether the session has thereby given it back: that
   * is so when no other member who is still there uses it.
   */
  releaseFor({ id, session }: Member): boolean {
    const members = this.#leases.get(session.id);
    if (members === undefined) return false;
    members.delete(id);
    const isUsed = [...members].some((memberId) => session.members.has(memberId));
    return !isUsed && this.#leases.delete(session.id);
  }

  /** Notes that a session does not use it any more. Tells whether it did. */
  releaseForSession(sessionId: string): boolean {
    return this.#leases.delete(sessionId);
  }

  /** Notes that nobody uses it: it is gone. */
  forgetLeases(): void {
    this.#leases.clear();
  }
}
