import type { CacheStats } from "../caches/cache-stats.ts";
import type { CacheTerms } from "../caches/cache-terms.ts";
import { defaultTerms, limitsOf } from "../caches/cache-terms.ts";
import { LeasedCache } from "../caches/leased-cache.ts";
import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { RemovedNetwork } from "../teardown/cleanup-report.ts";
import type { Clock } from "../time/clock.ts";
import { sleep } from "../time/sleep.ts";
import { COORDINATOR_LABEL } from "./labels.ts";

/** What shared networks need. */
export interface SharedNetworksOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** What each network carries. */
  readonly labels: Readonly<Record<string, string>>;
  /** How long one may still come into being that a predecessor was making when it was killed, in milliseconds. */
  readonly stragglerMs: number;
}

/** How often it is looked whether a predecessor's network has come into being, in milliseconds. */
const LOOK_MS = 50;

/** Who joins a network, and for whom. */
export interface NetworkUser {
  /** The service that joins. */
  readonly serviceId: string;
  /** The session that it is created for. */
  readonly sessionId: string;
  /** What the network carries besides, should it have to be made. */
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The networks on which shared services reach each other: made for the first that joins. One that nobody is on is kept for
 * the next as long as a session lasts that used it, unless there are too many.
 */
export class SharedNetworks {
  readonly #options: SharedNetworksOptions;
  readonly #networks: LeasedCache<SharedNetwork>;
  /** Those that are to be removed, or could not be. */
  readonly #leaving = new Map<string, SharedNetwork>();
  /** Those that have left the cache since it was last looked. */
  #evicted: (readonly [name: string, network: SharedNetwork])[] = [];
  #sweep: Promise<void> = Promise.resolve();
  #mayBeLeft = false;

  constructor(options: SharedNetworksOptions) {
    this.#options = options;
    this.#networks = new LeasedCache({
      limits: limitsOf(defaultTerms.networks),
      clock: options.clock,
      onEvict: (name, network) => {
        this.#leaving.set(name, network);
        this.#evicted.push([name, network]);
      },
    });
  }

  /** Resolves when the network exists, which it does until its user and all others have left. */
  join(name: string, { serviceId, sessionId, labels }: NetworkUser): Promise<void> {
    const network = this.#networks.get(name, serviceId) ?? this.#enter(name, serviceId);
    network.sessionIds.add(sessionId);
    void this.#removeEvicted(); // What fails is tried again when a session ends.
    return this.#inTurn(network, async () => {
      await this.#sweep;
      if (network.exists) return;
      // Engines make two of one name, which then nobody can remove by name.
      if (network.mayExist && (await this.#appears(name, network))) {
        network.exists = true;
        return;
      }
      network.mayExist = true; // Also when the engine's answer is lost.
      await this.#options.caretaker.createNetwork(name, { ...this.#options.labels, ...labels });
      network.exists = true;
    });
  }

  /** Makes and takes over nothing until what predecessors left has been looked through, networks among it. */
  awaitSweep(sweep: Promise<void>): void {
    this.#mayBeLeft = true;
    this.#sweep = sweep.then(() => {
      this.#mayBeLeft = false;
    });
  }

  /** Notes that a network, which a predecessor made or was about to make, has this user. */
  adopt(name: string, serviceId: string, sessionIds: readonly string[]): void {
    const network = this.#networks.peek(name) ?? this.#enter(name, serviceId);
    this.#networks.hold(name, serviceId);
    for (const sessionId of sessionIds) network.sessionIds.add(sessionId);
    network.mayExist = true;
    network.mayAppearUntilMs = this.#options.clock.now() + this.#options.stragglerMs;
  }

  /** Notes that a session uses a network, which is kept for it until it ends. */
  keepFor(name: string, sessionId: string): void {
    this.#networks.peek(name)?.sessionIds.add(sessionId);
  }

  /** Notes that a session is over. What was kept for it alone is removed with the next that is removed. */
  endSession(sessionId: string): void {
    for (const name of this.#networks.keys) {
      this.#networks.peek(name)?.sessionIds.delete(sessionId);
      this.#dropIfUnwanted(name);
    }
  }

  /** Keeps so many from now on. */
  limit(terms: CacheTerms): void {
    this.#networks.limit(limitsOf(terms));
    void this.#removeEvicted();
  }

  /**
   * Leaves a network, which is removed when nobody else is on it, unless it is kept for a session. Never rejects: the report says
   * what failed.
   */
  leave(name: string, serviceId: string): Promise<readonly RemovedNetwork[]> {
    this.#networks.release(name, serviceId);
    this.#dropIfUnwanted(name);
    return this.#removeEvicted();
  }

  /** Removes networks that nobody is on but that could not be removed when the last one left. Never rejects. */
  removeUnused(): Promise<readonly RemovedNetwork[]> {
    this.#evicted = [...this.#leaving];
    return this.#removeEvicted();
  }

  /** The names of all networks that may exist. */
  get names(): readonly string[] {
    return [...this.#networks.keys, ...this.#leaving.keys()];
  }

  /** What became of the networks. */
  stats(): CacheStats {
    return this.#networks.stats();
  }

  #enter(name: string, serviceId: string): SharedNetwork {
    const network = this.#leaving.get(name) ?? newNetwork(this.#mayBeLeft);
    this.#leaving.delete(name);
    this.#networks.set(name, network, serviceId);
    return network;
  }

  /** Without a session it is kept for nobody; one that could not be made is of no use. */
  #dropIfUnwanted(name: string): void {
    const network = this.#networks.peek(name);
    if (network !== undefined && (network.sessionIds.size === 0 || !network.exists))
      this.#networks.delete(name, "released");
  }

  async #removeEvicted(): Promise<readonly RemovedNetwork[]> {
    const evicted = this.#evicted;
    this.#evicted = [];
    return (await Promise.all(evicted.map(([name, network]) => this.#removeUnused(name, network)))).flat();
  }

  async #removeUnused(name: string, network: SharedNetwork): Promise<readonly RemovedNetwork[]> {
    const { clock } = this.#options;
    const startedAtMs = clock.now();
    try {
      const isRemoved = await this.#tryRemoveUnused(name, network);
      return isRemoved ? [{ name, outcome: "removed", durationMs: clock.now() - startedAtMs }] : [];
    } catch (error) {
      return [{ name, outcome: "failed", durationMs: clock.now() - startedAtMs, error }];
    }
  }

  /** Tells whether there was one to remove. */
  #tryRemoveUnused(name: string, network: SharedNetwork): Promise<boolean> {
    return this.#inTurn(network, async () => {
      if (this.#leaving.get(name) !== network) return false; // Somebody has joined it since, or it is gone.
      const isThere = network.mayExist && (network.exists || (await this.#appears(name, network)));
      if (isThere) await this.#options.caretaker.removeNetwork(name);
      network.exists = network.mayExist = false;
      // Somebody may have joined meanwhile, whose turn comes next.
      if (this.#leaving.get(name) === network) this.#leaving.delete(name);
      return isThere;
    });
  }

  /** Whether a network is there, or comes into being: the engine may be at a predecessor's request still. */
  async #appears(name: string, { mayAppearUntilMs }: SharedNetwork): Promise<boolean> {
    const { clock } = this.#options;
    while (!(await this.#isThere(name))) {
      if (clock.now() >= mayAppearUntilMs) return false;
      await sleep(clock, LOOK_MS);
    }
    return true;
  }

  async #isThere(name: string): Promise<boolean> {
    const { caretaker, labels } = this.#options;
    const objects = await caretaker.list(`${COORDINATOR_LABEL}=${labels[COORDINATOR_LABEL] ?? ""}`);
    return objects.some((object) => object.kind === "network" && object.name === name);
  }

  /** One step after the other: a network that is being removed is made again only afterwards. */
  #inTurn<T>(network: SharedNetwork, step: () => Promise<T>): Promise<T> {
    const turn = network.lastTurn.then(step);
    network.lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

interface SharedNetwork {
  /** The sessions that it is kept for. */
  readonly sessionIds: Set<string>;
  exists: boolean;
  mayExist: boolean;
  mayAppearUntilMs: number;
  lastTurn: Promise<unknown>;
}

function newNetwork(mayExist: boolean): SharedNetwork {
  return { sessionIds: new Set(), exists: false, mayExist, mayAppearUntilMs: 0, lastTurn: Promise.resolve() };
}
