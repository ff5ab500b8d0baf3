import { setTimeout as sleep } from "node:timers/promises";
import type { GenericContainer } from "../../../src/index.ts";
import { inspectExisting, interfere, restartContainer } from "../../support/engine.ts";

/** Something that goes wrong with a container, by the engine's or the system's doing. */
export interface Fault {
  /** What is told of it, once, in this order. */
  readonly told: readonly string[];
  /** Puts it in; waits with `heard` for what is told first where it has to be ended after that. */
  put(container: GenericContainer, heard: (count: number) => Promise<void>): Promise<void>;
}

/** How long a container is paused, in milliseconds: shorter than it takes to become unhealthy. */
const PAUSE_MS = 300;

/** Every fault, by its name. */
export const faults: Readonly<Record<string, Fault>> = {
  kill: { told: ["restarted"], put: ({ id }) => interfere(id, "kill") },
  restart: { told: ["restarted"], put: ({ id }) => restartContainer(id) },
  "out of memory": {
    told: ["out of memory"],
    put: async (container) => {
      await container.exec(["tail", "/dev/zero"]);
    },
  },
  pause: {
    told: ["paused", "resumed"],
    put: async ({ id }) => {
      await interfere(id, "pause");
      await sleep(PAUSE_MS);
      await interfere(id, "unpause");
    },
  },
  hang: {
    told: ["unhealthy", "healthy"],
    put: async ({ id }, heard) => {
      const { Pid } = (await inspectExisting(id)).State;
      process.kill(Pid, "SIGSTOP");
      await heard(1);
      process.kill(Pid, "SIGCONT");
    },
  },
};
