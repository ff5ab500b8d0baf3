import type { ContainerCreateOptions, HostConfig } from "dockerode";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import { defined } from "../../spec/defined.ts";
import type { AdoptRequest } from "../adoption.ts";

/** By this label Ryuk, Testcontainers' reaper, finds what to remove once the process that made it is gone. */
const REAPER_LABEL = "org.testcontainers.session-id";

type Network = Pick<ContainerCreateOptions, "NetworkingConfig"> & { readonly HostConfig: HostConfig };

/**
 * The body with which Testcontainers would make a container, changed so that the container is ours: its name, its labels,
 * its network, and what its environment lacks. Ports that name no address are published on `publishAddress` instead of on all.
 *
 * @throws UnsupportedError when it is to join a network but shares that of the host or of another container.
 */
export function adoptedBody(
  body: ContainerCreateOptions,
  request: AdoptRequest,
  publishAddress: string,
): ContainerCreateOptions {
  const { [REAPER_LABEL]: _ours, ...labels } = body.Labels ?? {};
  const network = networkOf(body, request);
  return {
    ...body,
    name: request.containerName,
    Labels: { ...labels, ...request.labels },
    // Of two of a name the last one holds.
    Env: [...Object.entries(request.env).map(([name, value]) => `${name}=${value}`), ...(body.Env ?? [])],
    ...network,
    HostConfig: { ...body.HostConfig, ...network.HostConfig, ...portBindings(body.HostConfig ?? {}, publishAddress) },
  };
}

function portBindings({ PortBindings }: HostConfig, publishAddress: string): HostConfig {
  if (PortBindings === undefined) return {};
  const bindings = Object.entries(PortBindings as Readonly<Record<string, readonly object[]>>);
  const published = bindings.map(([port, list]) => [port, list.map((one) => ({ HostIp: publishAddress, ...one }))]);
  return { PortBindings: Object.fromEntries(published) as unknown };
}

function networkOf(body: ContainerCreateOptions, { networkName, networkAliases }: AdoptRequest): Network {
  if (networkName === undefined) return { HostConfig: {} };
  const mode = body.HostConfig?.NetworkMode;
  if (mode !== undefined) throw new UnsupportedError(twoNetworks(mode));
  const endpoints = { ...body.NetworkingConfig?.EndpointsConfig, [networkName]: { Aliases: [...networkAliases] } };
  return {
    ...defined({ NetworkingConfig: { EndpointsConfig: endpoints } }),
    HostConfig: { NetworkMode: networkName },
  };
}

function twoNetworks(mode: string): string {
  return (
    `The module puts its container on the network ${mode}, but the environment has a network of its own for it. Leave out ` +
    "`withNetwork()` and `withNetworkMode()`; or set `network: false` and let no service depend on it."
  );
}
