import type { CleanroomError } from "../errors/cleanroom-error.ts";
import { hasCode, isCleanroomError } from "../errors/cleanroom-error.ts";
import { messageOf } from "../errors/describe.ts";
import { extendError } from "../errors/extend.ts";
import { shownUrl } from "../services/existing-service.ts";
import type { Fallback, FallbackTarget } from "../services/recovery-options.ts";
import { abortable } from "../time/abortable.ts";
import { fallbackAddress } from "./existing-addresses.ts";
import { planExisting } from "./existing-starter.ts";
import type { ManagedService } from "./managed-service.ts";
import { obtainExisting } from "./obtain-existing.ts";
import type { Obtain, PlannedService, StarterContext } from "./service-starter.ts";
import { obtainDependencies, obtainWith, planService } from "./service-starter.ts";

/** A service that could not be created. */
interface Failed {
  /** The service. */
  readonly planned: PlannedService;
  /** What creating it failed with. */
  readonly error: CleanroomError;
  /** What every service of the environment has in common. */
  readonly context: StarterContext;
  /** Starts what the fallback depends on. */
  readonly obtain: Obtain;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

/**
 * A service, once everything it depends on is ready; or its fallback, when it has one and could not be created.
 *
 * @throws what creating it failed with; of a service and its fallback both.
 */
export async function obtainOrFallBack(
  planned: PlannedService,
  context: StarterContext,
  obtain: Obtain,
  signal: AbortSignal,
): Promise<ManagedService> {
  const dependencies = await obtainDependencies(planned, context, obtain, signal); // They have fallbacks of their own.
  try {
    return await obtainWith(dependencies, planned, context, signal);
  } catch (error) {
    const fallback = planned.definition.options.recovery?.fallback;
    if (fallback === undefined || signal.aborted || !isOfTheService(error)) throw error;
    return fallBack(fallback, { planned, error, context, obtain, signal });
  }
}

const otherFailures = [
  "CLEANROOM_CONFIGURATION",
  "CLEANROOM_LIFECYCLE",
  "CLEANROOM_ENGINE_UNAVAILABLE",
  "CLEANROOM_COORDINATOR",
  "CLEANROOM_CAPACITY",
] as const;

/** A mistake is not covered up, and what concerns more than one service is not mended by replacing one. */
function isOfTheService(error: unknown): error is CleanroomError {
  return isCleanroomError(error) && !otherFailures.some((code) => hasCode(error, code));
}

async function fallBack(fallback: Fallback, failed: Failed): Promise<ManagedService> {
  const { planned, error, context, signal } = failed;
  const { name } = planned;
  try {
    const target = await targetOf(fallback, error, signal);
    const { validateFallback } = await import("./validate-fallback.ts");
    await validateFallback(name, planned.definition, target); // What a function gives was not known before.
    const service = await (typeof target === "string" ? useUrl(target, failed) : useOther(target, failed));
    const to = typeof target === "string" ? shownUrl(new URL(target)) : target.image;
    context.emitter.emit("recovery:fallback", { name, error, to });
    return service;
  } catch (second) {
    if (signal.aborted) throw second;
    throw extendError(error, `Its fallback failed as well: ${messageOf(second)}`, [error, second]);
  }
}

async function targetOf(fallback: Fallback, error: unknown, signal: AbortSignal): Promise<FallbackTarget> {
  return typeof fallback === "function" ? abortable(Promise.resolve(fallback(error)), signal) : fallback;
}

/** A service that exists already, as if a variable had named it. */
async function useUrl(url: string, { planned, error, context, signal }: Failed): Promise<ManagedService> {
  const { name, definition } = planned;
  const existing = await planExisting(fallbackAddress(name, url), definition, context);
  return obtainExisting({ ...existing, fallback: { reason: messageOf(error) } }, context, signal);
}

/** Another service, which is shared as any is. */
async function useOther(
  other: Exclude<FallbackTarget, string>,
  { planned, error, context, obtain, signal }: Failed,
): Promise<ManagedService> {
  const { name, definition } = planned;
  context.catalog.addFallback(name, other, definition);
  const plannedOther = await planService(name, other, context);
  const dependencies = await obtainDependencies(plannedOther, context, obtain, signal);
  const fallback = { reason: messageOf(error) };
  return obtainWith(dependencies, { ...plannedOther, fallback }, context, signal);
}
