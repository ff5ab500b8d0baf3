import type { HealthProbe } from "cleanroom-test";
import { Redis } from "ioredis";

/**
 * Healthy once a Redis replica has copied its primary. A replica answers long before that, so neither an open port nor a
 * PING would do.
 */
export const replicaInSync: HealthProbe = {
  name: "replica in sync",
  async check(target, signal) {
    const client = new Redis({
      host: target.host,
      port: target.hostPort(6379),
      lazyConnect: true,
      retryStrategy: null, // One call is one attempt; Cleanroom makes the next.
    });
    client.on("error", () => undefined); // Whatever breaks the connection is told by the call that needs it.
    // An attempt that takes too long is aborted, and must end then.
    const close = (): void => client.disconnect();
    signal.addEventListener("abort", close, { once: true });
    try {
      await client.connect();
      const replication = await client.info("replication");
      const link = /master_link_status:(\w+)/.exec(replication)?.[1] ?? "absent";
      if (link !== "up") throw new Error(`the link to the primary is ${link}`);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  },
};
