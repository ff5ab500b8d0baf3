import { once } from "node:events";
import { createServer, isIP } from "node:net";
import type { EngineInfo } from "../container-backend.ts";

/** What tells where the ports that an engine publishes are to be found. */
interface EngineLocation {
  /** The host that Testcontainers found. */
  readonly host: string;
  /** Whether the engine is reached by a socket in the file system. */
  readonly hasLocalSocket: boolean;
  /** Whether this process itself runs in a container. */
  readonly isInContainer: boolean;
}

/** The address at which published ports are reached, and the narrowest one to publish them on. */
export async function hostAddresses({
  host,
  hasLocalSocket,
  isInContainer,
}: EngineLocation): Promise<Pick<EngineInfo, "hostAddress" | "publishAddress">> {
  const isOwnHost = host === "localhost" || (await isOwnAddress(host));
  const hostAddress = isOwnHost ? "127.0.0.1" : host;
  // Which of a remote engine's addresses we come in by is not ours to know.
  if (!hasLocalSocket) return { hostAddress, publishAddress: "0.0.0.0" };
  return { hostAddress, publishAddress: isInContainer ? hostAddress : "127.0.0.1" };
}

/**
 * Whether an address can be bound here. A job that runs the engine beside itself in one container is told the bridge's
 * address, which is its own then. Interfaces cannot tell: the bridge is not listed while no container is attached.
 */
async function isOwnAddress(host: string): Promise<boolean> {
  if (isIP(host) === 0) return false;
  const server = createServer();
  try {
    await once(server.listen(0, host), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
