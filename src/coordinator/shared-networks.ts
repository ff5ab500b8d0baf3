import type { EngineCaretaker } from "../backend/engine-caretaker.ts";

/** The networks on which shared services reach each other: made for the first that joins, removed after the last. */
export class SharedNetworks {
  readonly #caretaker: EngineCaretaker;
  readonly #labels: Readonly<Record<string, string>>;
  readonly #networks = new Map<string, SharedNetwork>();

  /** @param labels - What each network carries. */
  constructor(caretaker: EngineCaretaker, labels: Readonly<Record<string, string>>) {
    this.#caretaker = caretaker;
    this.#labels = labels;
  }

  /** Resolves when the network exists, which it does until `user` and all others have left. */
  join(name: string, user: string): Promise<void> {
    const network = this.#get(name);
    network.users.add(user);
    return this.#inTurn(network, async () => {
      if (network.exists) return;
      network.mayExist = true; // Also when the engine's answer is lost.
      await this.#caretaker.createNetwork(name, this.#labels);
      network.exists = true;
    });
  }

  /** Notes that a network, which exists already, has this user. */
  adopt(name: string, user: string): void {
    const network = this.#get(name);
    network.users.add(user);
    network.exists = network.mayExist = true;
  }

  /** Leaves a network, which is removed when nobody else is on it. */
  leave(name: string, user: string): Promise<void> {
    const network = this.#get(name);
    network.users.delete(user);
    return this.#inTurn(network, async () => {
      if (network.users.size > 0 || !network.mayExist) return;
      await this.#caretaker.removeNetwork(name);
      network.exists = network.mayExist = false;
      this.#networks.delete(name);
    });
  }

  /** The names of all networks that may exist. */
  get names(): readonly string[] {
    return [...this.#networks.keys()];
  }

  #get(name: string): SharedNetwork {
    const network = this.#networks.get(name) ?? newNetwork();
    this.#networks.set(name, network);
    return network;
  }

  /** One step after the other: a network that is being removed is made again only afterwards. */
  #inTurn(network: SharedNetwork, step: () => Promise<void>): Promise<void> {
    const turn = network.lastTurn.then(step);
    network.lastTurn = turn.catch(() => undefined);
    return turn;
  }
}

interface SharedNetwork {
  readonly users: Set<string>;
  exists: boolean;
  mayExist: boolean;
  lastTurn: Promise<void>;
}

function newNetwork(): SharedNetwork {
  return { users: new Set(), exists: false, mayExist: false, lastTurn: Promise.resolve() };
}
