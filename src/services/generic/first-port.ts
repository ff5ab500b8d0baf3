import type { PublishedPorts } from "../../container/host-port.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";

/**
 * The first TCP port that a container publishes, by its number inside.
 *
 * @throws ConfigurationError when it publishes none.
 */
export function firstPort({ name, ports }: PublishedPorts): number {
  const first = Object.keys(ports).find((port) => port.endsWith("/tcp"));
  if (first !== undefined) return Number.parseInt(first, 10);
  const message = "publishes no TCP port; add one to `ports`";
  throw new ConfigurationError({ origin: name, problems: [{ path: "ports", message }] });
}
