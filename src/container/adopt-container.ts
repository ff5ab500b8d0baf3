import type { Adoption } from "../backend/adoption.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { abortable } from "../time/abortable.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { ForeignContainer } from "./service-plan.ts";
import type { StartRequest } from "./start-container.ts";

/** Has a container made by code other than Cleanroom's. It may be there by the time this rejects. */
export async function adoptContainer(
  foreign: ForeignContainer,
  { containerName, labels, networkName, plan }: StartRequest,
  { backend }: ContainerRuntime,
  signal: AbortSignal,
): Promise<Adoption> {
  if (backend.adopt === undefined) {
    throw new UnsupportedError("This backend has no Testcontainers, so it cannot run a testcontainer().");
  }
  const builder = await abortable(foreign.build(), signal);
  const { networkAliases, env } = plan.spec;
  return backend.adopt({ containerName, labels, networkName, networkAliases, env }, builder, signal);
}
