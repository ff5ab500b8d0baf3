import type { ContainerInspection } from "../../backend/container-backend.ts";
import type { ContainerEvent, EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { messageOf } from "../../errors/describe.ts";
import { refusalOf } from "../../errors/engine-request-error.ts";
import type { HealthStatus } from "../../lifecycle/health-status.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import { TimeoutError } from "../../errors/timeout-error.ts";
import type { ServiceEvent } from "../coordination.ts";
import type { Retirement } from "../retirement.ts";
import type { SharedService } from "../shared-service.ts";
import { explainEnd } from "./explain-end.ts";
import type { HealthWatches } from "./health-watches.ts";
import type { Restarts } from "./restarts.ts";

/** What telling of containers needs. */
export interface ContainerNewsOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** What restarts them. */
  readonly restarts: Restarts;
  /** What watches them, which has nothing to tell of one that does not run. */
  readonly watches: Pick<HealthWatches, "end">;
  /** What strikes them out when they are gone. */
  readonly retirement: Pick<Retirement, "forget">;
  /** Tells whoever uses a service what happened to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** How long a container that somebody has asked to stop may take to be started again, in milliseconds: then it was a restart. */
const RESTART_GAP_MS = 1_000;

/**
 * How soon after one the engine tells of the same kill again, in milliseconds: now and then the kernel runs out of memory once
 * more while its victim is dying (1 of 83 kills with Docker 20.10).
 */
const OUT_OF_MEMORY_GAP_MS = 1_000;

const KILL_SIGNAL = "9";

/** What the engine's word for the result of its own check begins with. */
const HEALTH_ACTION = "health_status";

const BY_SOMEBODY_ELSE = "somebody restarted it";

/** What has been told of a container, so that nothing is told twice. */
interface Told {
  isPaused: boolean;
  /** Whether it was asked to stop, as a restart begins with. */
  wasAskedToStop: boolean;
  /** Whether its end is being looked into. */
  isEnding: boolean;
  engineHealth: HealthStatus;
  /** When the engine told last that the kernel killed one of its processes, in milliseconds since the epoch. */
  outOfMemoryAtMs: number;
  /** Resolves when it is started again. */
  started: PromiseWithResolvers<void>;
}

/** Makes news of what the engine says of containers: each thing that happens to one is told once, to all who use it. */
export class ContainerNews {
  readonly #options: ContainerNewsOptions;
  readonly #told = new WeakMap<SharedService, Told>();

  constructor(options: ContainerNewsOptions) {
    this.#options = options;
  }

  /** Takes note of an event of a service's container. */
  async notice(service: SharedService, { action, labels }: ContainerEvent): Promise<void> {
    const { restarts } = this.#options;
    if (action === "destroy") await this.#loseContainer(service);
    else if (!restarts.isUnderWay(service)) await this.#noticeAction(service, action, labels["signal"]);
    else if (action !== "die") this.#noticeCondition(service, action);
    else if (await restarts.noticeEnd(service)) await this.#noticeEnd(service);
  }

  /** Finds out what happened to a service while nobody watched: the engine does not tell of it afterwards. */
  async reconcile(service: SharedService): Promise<void> {
    const { caretaker, log, restarts } = this.#options;
    const { connection } = service;
    if (connection === undefined || restarts.isUnderWay(service)) return;
    try {
      const inspection = await caretaker.inspect(connection.id);
      if (inspection.isRunning) await this.#catchUp(service, inspection);
      else await this.#noticeEnd(service);
    } catch (error) {
      if (refusalOf(error) === "not-found") await this.#loseContainer(service);
      else log(`${service.containerName} could not be looked at: ${messageOf(error)}`);
    }
  }

  async #catchUp(service: SharedService, inspection: ContainerInspection): Promise<void> {
    const { restarts } = this.#options;
    const told = this.#toldOf(service);
    const { engineHealth, isPaused } = inspection;
    told.started.resolve(); // Whoever waits for that finds out the rest.
    this.#noticePause(service, isPaused);
    if (engineHealth !== undefined) this.#noticeHealth(service, engineHealth.status);
    const isRestarted = hasOtherPorts(service, inspection) || restarts.isOutdated(service, inspection);
    if (isRestarted && !told.isEnding) await restarts.follow(service, BY_SOMEBODY_ELSE);
  }

  async #noticeAction(service: SharedService, action: string, signal: string | undefined): Promise<void> {
    const told = this.#toldOf(service);
    // One that did not listen is killed then, and may be restarted nevertheless.
    if (action === "kill") told.wasAskedToStop ||= signal !== KILL_SIGNAL;
    else if (action === "die") await this.#noticeEnd(service);
    else if (action === "pause" || action === "unpause") this.#noticePause(service, action === "pause");
    else this.#noticeCondition(service, action);
  }

  /** What is news whether or not it is being restarted. */
  #noticeCondition(service: SharedService, action: string): void {
    if (action === "start") this.#noticeStart(service);
    else if (action === "oom") this.#noticeOutOfMemory(service);
    else if (action.startsWith(HEALTH_ACTION)) {
      this.#noticeHealth(service, action.endsWith(": healthy") ? "healthy" : "unhealthy");
    }
  }

  #noticeStart(service: SharedService): void {
    const told = this.#toldOf(service);
    told.isPaused = false;
    told.engineHealth = "starting";
    told.started.resolve();
  }

  async #noticeEnd(service: SharedService): Promise<void> {
    const told = this.#toldOf(service);
    if (told.isEnding || service.hasFailed) return;
    told.isEnding = true;
    told.started = Promise.withResolvers();
    try {
      await this.#explain(service, told);
    } finally {
      told.isEnding = false;
      told.wasAskedToStop = false;
    }
  }

  async #explain(service: SharedService, told: Told): Promise<void> {
    const { caretaker, restarts, watches } = this.#options;
    const { connection } = service;
    if (connection === undefined) return;
    let inspection = await caretaker.inspect(connection.id);
    if (!inspection.isRunning && told.wasAskedToStop) {
      await watches.end(service);
      await this.#startedAgain(told);
      inspection = await caretaker.inspect(connection.id); // The stream of events may be cut.
    }
    if (service.state !== "ready" || restarts.isUnderWay(service)) return; // It is just being removed, or restarted.
    if (inspection.isRunning && restarts.isKnown(service, inspection)) return; // It is late.
    await watches.end(service);
    if (inspection.isRunning) await restarts.follow(service, BY_SOMEBODY_ELSE);
    else await restarts.recover(service, await explainEnd(connection, inspection, caretaker));
  }

  /** Resolves when it has been started again, or should have been. */
  async #startedAgain({ started }: Told): Promise<void> {
    const timeoutMs = RESTART_GAP_MS;
    const operation = "see it started again";
    const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs });
    using deadline = new Deadline({ clock: this.#options.clock, timeoutMs, onExpire });
    await abortable(started.promise, deadline.signal).catch(() => undefined);
  }

  #noticeOutOfMemory(service: SharedService): void {
    const told = this.#toldOf(service);
    const atMs = this.#options.clock.now();
    const isTold = atMs - told.outOfMemoryAtMs < OUT_OF_MEMORY_GAP_MS;
    told.outOfMemoryAtMs = atMs;
    if (!isTold) this.#tell(service, "out-of-memory");
  }

  /** One that nobody uses is put to sleep, which is no news. */
  #noticePause(service: SharedService, isPaused: boolean): void {
    const told = this.#toldOf(service);
    if (told.isPaused === isPaused || (isPaused && (service.isUnused || service.isPaused))) return;
    told.isPaused = isPaused;
    this.#tell(service, isPaused ? "paused" : "resumed");
  }

  #noticeHealth(service: SharedService, to: HealthStatus): void {
    const told = this.#toldOf(service);
    const from = told.engineHealth;
    if (from === to) return;
    told.engineHealth = to;
    const change = { from, to, atMs: this.#options.clock.now() };
    this.#options.notify(service.sessionIds, { serviceId: service.id, kind: "health", check: "engine", change });
  }

  async #loseContainer(service: SharedService): Promise<void> {
    if (service.state !== "ready") return;
    const { notify, retirement } = this.#options;
    const { id: serviceId, sessionIds: users, hasFailed } = service;
    const reason = "somebody else removed it";
    await retirement.forget(service);
    if (!hasFailed) notify(users, { serviceId, kind: "failed", reason });
    notify(users, { serviceId, kind: "removed", reason });
  }

  #tell({ id: serviceId, sessionIds }: SharedService, kind: "paused" | "resumed" | "out-of-memory"): void {
    this.#options.notify(sessionIds, { serviceId, kind });
  }

  #toldOf(service: SharedService): Told {
    const existing = this.#told.get(service);
    if (existing !== undefined) return existing;
    const told: Told = {
      isPaused: false,
      wasAskedToStop: false,
      isEnding: false,
      engineHealth: "starting",
      outOfMemoryAtMs: 0,
      started: Promise.withResolvers(),
    };
    this.#told.set(service, told);
    return told;
  }
}

function hasOtherPorts({ connection }: SharedService, { ports }: ContainerInspection): boolean {
  return Object.entries(connection?.ports ?? {}).some(([port, host]) => ports[port] !== host);
}
