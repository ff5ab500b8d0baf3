import { EngineUnavailableError } from "../../errors/engine-unavailable-error.ts";
import { UnsupportedError } from "../../errors/unsupported-error.ts";
import type { RequestedEngine } from "../requested-engine.ts";

/** Where a connection to an engine is opened. */
export type SocketAddress = { readonly path: string } | { readonly host: string; readonly port: number };

/**
 * Reads the address of an engine, as `DOCKER_HOST` has it.
 *
 * @throws EngineUnavailableError when it is no address; UnsupportedError when it is one of a kind that we do not speak.
 */
export function socketAddress(engine: RequestedEngine): SocketAddress {
  const { endpoint } = engine;
  const { protocol, hostname, port } = URL.parse(endpoint) ?? {};
  if (protocol === "unix:" || protocol === "npipe:") {
    // Docker takes the path as it is written; a URL would encode the spaces in it.
    return { path: endpoint.slice(protocol.length).replace(/^\/\//, "") };
  }
  if (hostname !== undefined && (protocol === "tcp:" || protocol === "http:" || protocol === "https:")) {
    return { host: hostname, port: Number(port === "" ? 2375 : port) };
  }
  if (protocol === undefined || !endpoint.includes("://")) {
    const reason = "it is not an address such as unix:///var/run/docker.sock or tcp://host:2375";
    throw new EngineUnavailableError({ ...engine, reason });
  }
  throw new UnsupportedError(
    `Engines are reached by unix://, npipe:// or tcp:// addresses, not by ${protocol}// (${endpoint}). ` +
      "Forward its socket, for example with ssh -L, and set DOCKER_HOST to that.",
  );
}
