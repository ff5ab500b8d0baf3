import { hasCode } from "../errors/cleanroom-error.ts";
import { ProbeError } from "../errors/probe-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { checkCommand } from "../health/check-command.ts";
import { checkHttp } from "../health/check-http.ts";
import { describeProbe } from "../health/describe-probe.ts";
import { abortable } from "../time/abortable.ts";
import { Deadline } from "../time/deadline.ts";
import { systemClock } from "../time/system-clock.ts";
import type { GenericContainer } from "./generic/generic-container.ts";
import type { ResetHook } from "./reset-hook.ts";

/** How a container is reset. */
export interface ResetPlan<Container> {
  /** What makes it as it was. */
  readonly reset: ResetHook<Container>;
  /** How long that may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Makes a container as it was before somebody had it.
 *
 * @throws ProbeError when it did not do what it was asked; TimeoutError; the signal's reason; what the user's function throws.
 */
export async function resetContainer<Container extends GenericContainer>(
  container: Container,
  { reset, timeoutMs }: ResetPlan<Container>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const operation = `reset ${container.name}`;
  const hint = "Raise `isolation.resetTimeoutMs` if it only needs longer.";
  const onExpire = (elapsedMs: number): Error => new TimeoutError({ operation, timeoutMs, elapsedMs, hint });
  using deadline = new Deadline({ clock: systemClock, timeoutMs, signal, onExpire });
  await abortable(run(reset, container, deadline.signal), deadline.signal);
}

async function run<Container extends GenericContainer>(
  reset: ResetHook<Container>,
  container: Container,
  signal: AbortSignal,
): Promise<void> {
  if (typeof reset === "function") {
    await reset(container, signal);
    return;
  }
  const { host } = container;
  const target = {
    host,
    hostPort: (containerPort: number) => container.port(containerPort),
    exec: (...[command, options]: Parameters<GenericContainer["exec"]>) =>
      container.exec(command, { ...options, signal }),
  };
  try {
    await (reset.kind === "http" ? checkHttp(reset, target, signal) : checkCommand(reset, target, signal));
  } catch (error) {
    if (!hasCode(error, "CLEANROOM_PROBE_FAILED")) throw error;
    throw new ProbeError(`${describeProbe(reset)}: ${error.message}`, error);
  }
}
