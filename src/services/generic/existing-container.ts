import type { PortSpec } from "../../spec/container-spec.ts";
import type { ExistingAddress, ExistingPlan, PendingExistingPlan } from "../existing-service.ts";
import { portsOf, refuseAddress } from "../existing-service.ts";

/** Ports of URLs that name none. */
const defaultPorts: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };

/**
 * Decides how a service is used that exists already in place of a container.
 *
 * @param ports - Those that the container would publish.
 * @throws ConfigurationError when one URL does not lead to all of them, or to none.
 */
export function planExistingContainer(
  address: ExistingAddress,
  ports: readonly PortSpec[],
  terms: Omit<ExistingPlan, "ports" | "details">,
): PendingExistingPlan {
  const { url, name } = address;
  const [port] = ports;
  if (url.hostname === "") refuseAddress(address, "must name a host");
  if (ports.length > 1) {
    refuseAddress(
      address,
      `leads to one port, and \`${name}\` has ${ports.length}; describe each as a service of its own`,
    );
  }
  const defaultPort = defaultPorts[url.protocol];
  if (port !== undefined && url.port === "" && defaultPort === undefined) refuseAddress(address, "must name a port");
  const published = port === undefined ? {} : portsOf(url, port.containerPort, defaultPort ?? 0);
  return () => Promise.resolve({ ...terms, ports: published, details: {} });
}
