import type { ContainerInspection } from "../backend/container-backend.ts";
import type { ServiceConnection } from "./service-connection.ts";

/** A connection with the host ports that the engine tells now: those of the ports it names, as an image may publish others. */
export function atItsPorts(
  connection: ServiceConnection,
  { ports }: Pick<ContainerInspection, "ports">,
): ServiceConnection {
  const current = Object.keys(connection.ports).map((port) => [port, ports[port] ?? 0] as const);
  return { ...connection, ports: Object.fromEntries(current) };
}
