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

/** The networks on which shared services reach each other: made for the first that joins, removed after the last. */
export class SharedNetworks {
  readonly #options: SharedNetworksOptions;
  readonly #networks = new Map<string, SharedNetwork>();
  #sweep: Promise<void> = Promise.resolve();
  #mayBeLeft = false;

  constructor(options: SharedNetworksOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the network exists, which it does until `user` and all others have left.
   *
   * @param labels - What it carries besides, should it have to be made.
   */
  join(name: string, user: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    const network = this.#get(name);
    network.users.add(user);
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
  adopt(name: string, user: string): void {
    const network = this.#get(name);
    network.users.add(user);
    network.mayExist = true;
    network.mayAppearUntilMs = this.#options.clock.now() + this.#options.stragglerMs;
  }

  /** Leaves a network, which is removed when nobody else is on it. Never rejects: the report says what failed. */
  leave(name: string, user: string): Promise<readonly RemovedNetwork[]> {
    const network = this.#get(name);
    network.users.delete(user);
    return this.#removeUnused(name, network);
  }

  /** Removes networks that nobody is on but that could not be removed when the last one left. Never rejects. */
  async removeUnused(): Promise<readonly RemovedNetwork[]> {
    return (await Promise.all([...this.#networks].map(([name, network]) => this.#removeUnused(name, network)))).flat();
  }

  /** The names of all networks that may exist. */
  get names(): readonly string[] {
    return [...this.#networks.keys()];
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
      if (network.users.size > 0) return false;
      const isThere = network.mayExist && (network.exists || (await this.#appears(name, network)));
      if (isThere) await this.#options.caretaker.removeNetwork(name);
      network.exists = network.mayExist = false;
      // Somebody may have joined meanwhile, whose turn comes next.
      if (network.users.size === 0) this.#networks.delete(name);
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

  #get(name: string): SharedNetwork {
    const network = this.#networks.get(name) ?? newNetwork(this.#mayBeLeft);
    this.#networks.set(name, network);
    return network;
  }

  /** One step after the other: a network that is being removed is made again only afterwards. */
  #inTurn<T>(network: SharedNetwork, step: () => Promise<T>): Promise<T> {
    const turn = network.lastTurn.then(step);
    network.lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

interface SharedNetwork {
  readonly users: Set<string>;
  exists: boolean;
  mayExist: boolean;
  mayAppearUntilMs: number;
  lastTurn: Promise<unknown>;
}

function newNetwork(mayExist: boolean): SharedNetwork {
  return { users: new Set(), exists: false, mayExist, mayAppearUntilMs: 0, lastTurn: Promise.resolve() };
}
