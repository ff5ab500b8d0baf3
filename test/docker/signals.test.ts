import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { containersLabelled, networksLabelled, removeContainer, removeNetwork } from "../support/engine.ts";

const script = fileURLToPath(new URL("../projects/signals/main.ts", import.meta.url));

interface Extras {
  /** Arguments of the script. */
  readonly args?: readonly string[];
  /** Variables in addition to this process's. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Ended {
  /** The signal that ended the process. */
  readonly signal: NodeJS.Signals | null;
  /** Names of the services whose containers the engine still has. */
  readonly containers: readonly string[];
  /** How many networks it still has. */
  readonly networks: number;
}

/** Starts the script, sends `signal` once it has said `line`, and asks the engine what is left when it has ended. */
async function endAt(line: string, signal: NodeJS.Signals, { args = [], env = {} }: Extras = {}): Promise<Ended> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "cleanroom-signals-")));
  const label = `dev.cleanroom.project=${directory}`;
  const child = spawn(process.execPath, [script, ...args], {
    cwd: directory,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  for await (const said of createInterface({ input: child.stdout })) {
    if (said === line) child.kill(signal);
  }
  const [, endedBy] = await exited;
  const [containers, networks] = await Promise.all([containersLabelled(label), networksLabelled(label)]);
  await Promise.all(containers.map(({ Id }) => removeContainer(Id)));
  await Promise.all(networks.map(({ Id }) => removeNetwork(Id)));
  await rm(directory, { recursive: true });
  const names = containers.map(({ Labels }) => Labels["dev.cleanroom.service"] ?? "");
  return { signal: endedBy, containers: names.toSorted(), networks: networks.length };
}

test.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)("%s removes everything, then ends the process", async (signal) => {
  expect(await endAt("started", signal)).toEqual({ signal, containers: [], networks: 0 });
});

test("a signal while services start ends their start, removes what they half made, and is what ends the process", async () => {
  const ended = await endAt("web starting", "SIGINT", { args: ["--slow"] });
  expect(ended).toEqual({ signal: "SIGINT", containers: [], networks: 0 });
});

test("a signal that no process can handle leaves them, where nobody else looks after them: the control", async () => {
  const { containers, networks } = await endAt("started", "SIGKILL", {
    env: { CLEANROOM_COORDINATION: "in-process" },
  });
  expect({ containers, networks }).toEqual({ containers: ["other", "web"], networks: 1 });
});
