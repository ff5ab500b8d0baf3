import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { connectCaretaker, connectImages } from "../backend/engine-api/connect-caretaker.ts";
import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { ImageEngine } from "../backend/image-engine.ts";
import { messageOf } from "../errors/describe.ts";
import type { Timer } from "../time/clock.ts";
import { systemClock } from "../time/system-clock.ts";
import { ImageMemo } from "../warm/image-memo.ts";
import { LastUse } from "../warm/last-use.ts";
import { everyWarmImage } from "../warm/tidy-warm-images.ts";
import { WarmImages } from "../warm/warm-images.ts";
import type { CoordinatorProcessOptions } from "./coordinator-options.ts";
import { Attendance } from "./attendance.ts";
import { Coordinator } from "./coordinator.ts";
import type { MemberRecord } from "./journal.ts";
import { ownershipLabels, SERVICE_ID_LABEL } from "./labels.ts";
import type { SweepReport } from "./protocol.ts";
import { clearPresence, clearStaleSockets, isPresent } from "./presence.ts";
import { restore } from "./restore.ts";
import { CoordinatorServer } from "./server.ts";
import type { LockedJournal } from "./sqlite-journal.ts";
import { openJournal } from "./sqlite-journal.ts";
import { openStateDirectory } from "./state-directory.ts";
import { sweep, type SweepOptions } from "./sweep.ts";
import { bootId } from "./this-process.ts";

/** How long it stays when there is nothing to look after, in milliseconds: the next command may be just behind. */
const LINGER_MS = 250;

/** How long to wait before a removal that failed is tried again, in milliseconds. */
const RETRY_MS = 2000;

/** How long the engine may take to make a container whose creator has died, in milliseconds. */
const STRAGGLER_MS = 2000;

/** A coordinator that looks after the services of one user on one engine, as long as there are any. */
export class CoordinatorProcess {
  readonly #options: CoordinatorProcessOptions;
  readonly #owner: string;
  readonly #log: (line: string) => void;
  readonly #journal: LockedJournal;
  readonly #caretaker: EngineCaretaker;
  readonly #images: ImageEngine;
  readonly #warmImages: WarmImages;
  readonly #coordinator: Coordinator;
  readonly #attendance: Attendance;
  readonly #server: CoordinatorServer;
  readonly #ended = Promise.withResolvers<void>();
  #linger: Timer | undefined;
  #firstSweep: Promise<SweepReport> | undefined;
  #isSettling = true;

  private constructor(
    options: CoordinatorProcessOptions,
    { owner, secret }: { readonly owner: string; readonly secret: string },
    journal: LockedJournal,
    log: (line: string) => void,
  ) {
    const { endpoint, certificateDirectory, paths } = options;
    this.#options = options;
    this.#owner = owner;
    this.#log = log;
    this.#journal = journal;
    this.#caretaker = connectCaretaker({ endpoint, certificateDirectory, clock: systemClock });
    const considerEnd = this.#considerEnd.bind(this);
    this.#images = connectImages({ endpoint, certificateDirectory, clock: systemClock });
    const memo = new ImageMemo(this.#images, systemClock);
    this.#warmImages = new WarmImages({
      images: this.#images,
      owner,
      maker: paths.id,
      labelsFor: (serviceId) => ({
        ...ownershipLabels({ owner, coordinator: paths.id }),
        [SERVICE_ID_LABEL]: serviceId, // It is known while its service is, so nobody takes it for left behind.
      }),
      lastUse: new LastUse(paths.directory),
      memo,
      clock: systemClock,
      remove: (idOrName) => this.#caretaker.remove(idOrName),
      log,
      onChange: considerEnd,
    });
    this.#coordinator = new Coordinator({
      caretaker: this.#caretaker,
      clock: systemClock,
      ownership: { owner, coordinator: paths.id },
      newId: () => randomBytes(5).toString("hex"),
      warmImages: this.#warmImages,
      images: memo,
      volumeUse: new LastUse(paths.directory, "volumes"),
      ...{ stragglerMs: STRAGGLER_MS, retryMs: RETRY_MS, journal, log, onChange: considerEnd },
    });
    this.#attendance = new Attendance({
      coordinator: this.#coordinator,
      clock: systemClock,
      isAlive: (record) => this.#isAlive(record),
      log,
    });
    this.#server = new CoordinatorServer({
      coordinator: this.#coordinator,
      secret,
      warmImages: this.#warmImages,
      sweep: () => this.#sweepAgain(),
      depart: (member) => this.#attendance.expect(member),
      log,
      onDisconnect: (memberId) => {
        void this.#noticeDeparture(memberId);
      },
    });
  }

  /** Takes over, unless another process does already. Resolves when members can connect. */
  static async start(
    options: CoordinatorProcessOptions,
    log: (line: string) => void,
  ): Promise<CoordinatorProcess | undefined> {
    const { paths, stateDirectory } = options;
    const journal = await openJournal(paths.journal);
    if (journal === undefined) return undefined;
    const state = await openStateDirectory({ stateDirectory });
    const coordinator = new CoordinatorProcess(options, state, journal, log);
    const swept = Promise.withResolvers<void>();
    coordinator.#coordinator.networks.awaitSweep(swept.promise);
    await coordinator.#takeOver();
    log(`Listening at ${paths.socket} for the services on ${options.endpoint}.`);
    void coordinator.#settle().finally(swept.resolve);
    return coordinator;
  }

  /** Resolves when there is nothing more to look after. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  async #takeOver(): Promise<void> {
    const { paths } = this.#options;
    await restore({
      coordinator: this.#coordinator,
      journal: this.#journal,
      attendance: this.#attendance,
      isAlive: (record) => this.#isAlive(record),
      log: this.#log,
    });
    // Whoever holds the journal's lock is the only one who may touch the socket.
    if (process.platform !== "win32") await rm(paths.socket, { force: true });
    await this.#server.listen(paths.socket);
  }

  async #isAlive({ id, identity }: MemberRecord): Promise<boolean> {
    const { sockets } = this.#options.paths;
    if (identity.bootId === bootId() && (await isPresent(sockets, id))) return true;
    await clearPresence(sockets, id);
    return false;
  }

  /** What predecessors left that nobody wrote down goes, those of other versions included. */
  async #settle(): Promise<void> {
    const sweeping = this.#sweep({ includesKept: false });
    this.#firstSweep = sweeping;
    await sweeping;
    await this.#warmImages.tidy().catch((error: unknown) => {
      this.#log(`Warm images could not be looked at: ${messageOf(error)}`);
    });
    this.#isSettling = false;
    this.#considerEnd();
  }

  /**
   * Sweeps once more, and removes every warm image, every cache volume and every container that is kept because it failed. Tells what was found
   * when this coordinator began as well: it may have begun for that.
   */
  async #sweepAgain(): Promise<SweepReport> {
    const first = await this.#firstSweep;
    this.#firstSweep = undefined;
    const { removed, failures } = await this.#sweep({ includesKept: true });
    try {
      const images = await this.#warmImages.tidy(everyWarmImage);
      const volumes = (await this.#coordinator.volumes.prune()).map((name) => `cache volume ${name}`);
      return { removed: [...(first?.removed ?? []), ...removed, ...images, ...volumes], failures };
    } catch (error) {
      return {
        removed,
        failures: [...failures, `Warm images or cache volumes could not be removed: ${messageOf(error)}`],
      };
    }
  }

  async #sweep({ includesKept }: Pick<SweepOptions, "includesKept">): Promise<SweepReport> {
    const { paths, stateDirectory } = this.#options;
    try {
      return await sweep({
        caretaker: this.#caretaker,
        ownership: { owner: this.#owner, coordinator: paths.id },
        coordinator: this.#coordinator,
        warmImages: this.#warmImages,
        stateDirectory,
        clock: systemClock,
        includesKept,
        log: this.#log,
      });
    } catch (error) {
      const failure = `What predecessors left could not be looked for: ${messageOf(error)}`;
      this.#log(failure);
      return { removed: [], failures: [failure] };
    }
  }

  async #noticeDeparture(memberId: string | undefined): Promise<void> {
    this.#considerEnd();
    if (memberId === undefined) return;
    const { sockets } = this.#options.paths;
    if (!(await isPresent(sockets, memberId))) await clearPresence(sockets, memberId);
  }

  get #hasNothingToDo(): boolean {
    return !this.#isSettling && this.#coordinator.isIdle && !this.#server.hasConnections;
  }

  #considerEnd(): void {
    this.#linger?.cancel();
    this.#linger = undefined;
    if (!this.#hasNothingToDo) return;
    this.#linger = systemClock.startTimer(() => {
      this.#end().catch((error: unknown) => {
        this.#log(`Ending failed: ${messageOf(error)}`);
      });
    }, LINGER_MS);
  }

  /** Stops listening first. Whoever got in before that is served; whoever is turned away starts a successor. */
  async #end(): Promise<void> {
    const { socket, sockets } = this.#options.paths;
    await this.#server.stopListening();
    if (!this.#hasNothingToDo) {
      await this.#server.listen(socket);
      this.#considerEnd();
      return;
    }
    this.#coordinator.stop();
    this.#attendance.stop();
    await clearStaleSockets(sockets, systemClock.now()).catch((error: unknown) => {
      this.#log(`Sockets of those who died were not removed: ${messageOf(error)}`);
    });
    this.#journal.close();
    await this.#images[Symbol.asyncDispose]();
    await this.#caretaker[Symbol.asyncDispose]();
    this.#log("Nothing is left to look after.");
    this.#ended.resolve();
  }
}
