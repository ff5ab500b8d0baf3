import { ConfigurationError } from "../errors/configuration-error.ts";
import type { PortSpec } from "../spec/container-spec.ts";
import { portKey } from "../spec/port-key.ts";

/** A container's name and the host port of each port it publishes, keyed by `5432/tcp`. */
export interface PublishedPorts {
  /** Name of the service. */
  readonly name: string;
  /** Host ports. */
  readonly ports: Readonly<Record<string, number>>;
}

/**
 * The host port that leads to a container's port.
 *
 * @throws ConfigurationError when the container does not publish it.
 */
export function hostPort(
  { name, ports }: PublishedPorts,
  containerPort: number,
  protocol: PortSpec["protocol"] = "tcp",
): number {
  const port = ports[portKey({ containerPort, protocol })];
  if (port !== undefined) return port;
  const published = Object.keys(ports).join(", ") || "none";
  const message = `port ${containerPort}/${protocol} is not published (published: ${published}); add it to \`ports\``;
  throw new ConfigurationError({ origin: name, problems: [{ path: "ports", message }] });
}
