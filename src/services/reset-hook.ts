import type { CommandProbe, HttpProbe } from "../health/probe.ts";
import type { GenericContainer } from "./generic/generic-container.ts";

/**
 * What makes a container as it was before somebody had it: a request or a command, which must be answered or end as they say,
 * or a function of your own, which runs in the process that gets the container and ends when the signal aborts.
 */
export type ResetHook<Container = GenericContainer> =
  HttpProbe | CommandProbe | ((container: Container, signal: AbortSignal) => unknown);
