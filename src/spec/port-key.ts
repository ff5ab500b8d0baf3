import type { PortSpec } from "./container-spec.ts";

/** How the engine names a container's port, for example `5432/tcp`. */
export function portKey({ containerPort, protocol }: Pick<PortSpec, "containerPort" | "protocol">): string {
  return `${containerPort}/${protocol}`;
}
