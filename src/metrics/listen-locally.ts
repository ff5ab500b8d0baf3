import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";

/** The address of this machine that only itself reaches. */
export const LOCAL_HOST = "127.0.0.1";

/**
 * Has a server listen where only this machine reaches it.
 *
 * @param port - 0 for one that is free.
 * @returns The port.
 * @throws ConfigurationError when it is taken, or not for this user.
 */
export async function listenLocally(
  server: Server,
  port: number,
  namedBy: { readonly origin: string; readonly path: string },
): Promise<number> {
  try {
    server.listen(port, LOCAL_HOST);
    await once(server, "listening");
  } catch (error) {
    const message = `${LOCAL_HOST}:${port} cannot be listened at: ${messageOf(error)}; 0 takes a port that is free`;
    const { origin, path } = namedBy;
    throw new ConfigurationError({ origin, problems: [{ path, message }] }, error);
  }
  return (server.address() as AddressInfo).port; // It is no pipe, and it listens.
}
