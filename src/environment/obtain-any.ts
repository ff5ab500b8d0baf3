import type { ExistingAddress } from "../services/existing-service.ts";
import type { PlannedExisting } from "./existing-starter.ts";
import { planExisting } from "./existing-starter.ts";
import { obtainOrFallBack } from "./fall-back.ts";
import type { ManagedService } from "./managed-service.ts";
import { obtainExisting } from "./obtain-existing.ts";
import type { AnyService } from "./service-catalog.ts";
import type { Obtain, PlannedService, StarterContext } from "./service-starter.ts";
import { planService } from "./service-starter.ts";

/** A service whose options are valid and whose files have been read. */
export type Planned = PlannedService | PlannedExisting;

/**
 * Reads the files that a service's options name; starts nothing.
 *
 * @throws ConfigurationError with everything that is wrong; EngineUnavailableError, CoordinatorError where it must be started.
 */
export async function planAny(name: string, definition: AnyService, context: StarterContext): Promise<Planned> {
  const address: ExistingAddress | undefined = context.existing.of(name, definition);
  return address === undefined ? planService(name, definition, context) : planExisting(address, definition, context);
}

/** Whether a service exists already. */
export function isExisting(planned: Planned): planned is PlannedExisting {
  return "address" in planned;
}

/** A service that can be used: one that exists already, one that is shared, or a new one. */
export async function obtainAny(
  planned: Planned,
  context: StarterContext,
  obtain: Obtain,
  signal: AbortSignal,
): Promise<ManagedService> {
  if (isExisting(planned)) return obtainExisting(planned, context, signal);
  return obtainOrFallBack(planned, context, obtain, signal);
}
