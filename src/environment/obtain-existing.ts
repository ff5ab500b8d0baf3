import type { PlannedExisting } from "./existing-starter.ts";
import { useExisting } from "./existing-starter.ts";
import type { ManagedService } from "./managed-service.ts";
import type { StarterContext } from "./service-starter.ts";

/** A service that exists already. One that failed fails again at once: whoever asks need not wait for it anew. */
export async function obtainExisting(
  planned: PlannedExisting,
  context: StarterContext,
  signal: AbortSignal,
): Promise<ManagedService> {
  const { failures } = context.existing;
  const { name } = planned;
  if (failures.has(name)) throw failures.get(name);
  try {
    return await useExisting(planned, context, signal);
  } catch (error) {
    if (!signal.aborted) failures.set(name, error);
    throw error;
  }
}
