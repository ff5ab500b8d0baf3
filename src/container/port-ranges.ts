import { refusalOf } from "../errors/engine-request-error.ts";
import type { PortRange, PortSpec } from "../spec/container-spec.ts";

/** A machine on which so many ports in a row are taken has its reasons. */
const MOST_ATTEMPTS = 32;

/** How often a container with these ports is to be started before all that it may have are taken. */
export function startAttemptsOf(ports: readonly PortSpec[]): number {
  const choices = rangesOf(ports).reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return Math.min(Math.max(choices, 1), MOST_ATTEMPTS);
}

/**
 * Starts a container whose ports may be of ranges. An engine passes over what other containers publish, but not over what other
 * programs listen on; each time it is asked again it goes on with the port that comes next.
 *
 * @param attempts - What `startAttemptsOf` says of its ports.
 */
export async function startInRanges(attempts: number, start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await start();
      return;
    } catch (error) {
      if (attempt >= attempts || refusalOf(error) !== "port-in-use") throw error;
    }
  }
}

/** Says which ports are all taken, where a container wants none but such of ranges, before what the engine says. */
export function explainTakenPorts(ports: readonly PortSpec[], reason: string): string {
  const ranges = rangesOf(ports);
  if (ranges.length === 0 || ports.some(({ hostPort }) => typeof hostPort === "number")) return reason;
  const named = ranges.map(({ from, to }) => `${from} to ${to}`).join(", or ");
  return `ports ${named} of this machine are all taken: ${reason}`;
}

function rangesOf(ports: readonly PortSpec[]): readonly PortRange[] {
  return ports.flatMap(({ hostPort }) => (typeof hostPort === "object" ? [hostPort] : []));
}
