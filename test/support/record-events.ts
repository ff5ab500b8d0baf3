import type { EnvironmentOptions, EventMap } from "../../src/index.ts";

/** The events of an environment, in order, and what listens to them. */
export interface Recording {
  /** What to start the environment with. */
  readonly listeners: NonNullable<EnvironmentOptions["listeners"]>;
  /** One line an event: all that it tells but times, durations and the engine's ids. */
  readonly events: string[];
}

const names = [
  "container:state",
  "container:ready",
  "container:removed",
  "container:restarted",
  "resource:exceeded",
  "image:pulling",
  "warm-image:failed",
  "recovery:retry",
  "recovery:fallback",
] as const satisfies readonly (keyof EventMap)[];

/** Records what is told of containers. */
export function recordEvents(): Recording {
  const events: string[] = [];
  const note = (event: string, payload: object): void =>
    void events.push(`${event} ${JSON.stringify(payload, timeless)}`);
  const listeners = Object.fromEntries(names.map((name) => [name, (payload: object) => note(name, payload)]));
  return { listeners, events };
}

/** For JSON: without what is another one each time. */
function timeless(key: string, value: unknown): unknown {
  return ["id", "atMs", "timings"].includes(key) ? undefined : value;
}
