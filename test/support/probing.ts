import { execFileSync } from "node:child_process";
import { connectCaretaker } from "../../src/backend/engine-api/connect-caretaker.ts";
import type { EngineCaretaker } from "../../src/backend/engine-caretaker.ts";
import { probeTarget } from "../../src/container/probe-target.ts";
import { checkProbe } from "../../src/health/check-probe.ts";
import type { GenericContainer, Probe, ProbeTarget } from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "./engine.ts";
import { test as base } from "./workspace.ts";

/** How a probe reaches a container: past the engine's proxy and into its file systems, or only as from another machine. */
export type Way = "direct" | "forwarded";

/** What one probe after another reaches of containers. Disposing it ends its connections to the engine. */
class Probing implements AsyncDisposable {
  readonly #caretaker: EngineCaretaker = connectCaretaker({
    endpoint: `unix://${engine.socketPath}`,
    clock: systemClock,
  });

  /** What probes reach of a container that runs. */
  async targetOf({ name, id, host }: GenericContainer, way: Way = "direct"): Promise<ProbeTarget> {
    const { ports, address } = await this.#caretaker.inspect(id);
    const { Mounts, HostConfig } = await engine.inspectExisting(id);
    const memoryMounts = [
      ...Object.keys(HostConfig.Tmpfs ?? {}),
      ...Mounts.filter(({ Type }) => Type === "tmpfs").map(({ Destination }) => Destination),
    ];
    const isEngineLocal = way === "direct";
    return probeTarget({ name, id, host, ports, address, isEngineLocal, memoryMounts }, this.#caretaker);
  }

  /** What one attempt sees; `healthy` when it succeeds. */
  async see(probe: Probe, service: GenericContainer, way?: Way): Promise<string> {
    return attempt(probe, await this.targetOf(service, way));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#caretaker[Symbol.asyncDispose]();
  }
}

/** What one attempt sees; `healthy` when it succeeds. */
export async function attempt(
  probe: Probe,
  target: ProbeTarget,
  signal: AbortSignal = AbortSignal.timeout(10_000),
): Promise<string> {
  return checkProbe(probe, target, systemClock, signal).then(
    () => "healthy",
    (error: unknown) => (error as Error).message,
  );
}

/** Connections that this machine holds to a port of its own, or tries to, in the client's role, as the operating system lists them. */
export function openConnectionsTo(port: number): readonly string[] {
  const states = ["state", "established", "state", "syn-sent"];
  const output = execFileSync("ss", ["-Htn", ...states, "dport", "=", `:${port}`], { encoding: "utf8" });
  return output.split("\n").filter((line) => line !== "");
}

/** A test that can probe what it starts. */
export const test = base.extend("probing", async ({}, { onCleanup }) => {
  const probing = new Probing();
  onCleanup(() => probing[Symbol.asyncDispose]());
  return probing;
});
