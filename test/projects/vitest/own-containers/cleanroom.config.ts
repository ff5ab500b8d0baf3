import { command, container, defineConfig, redis } from "cleanroom-test";

const store = { ports: [6379], health: { kind: "redis", port: 6379 } } as const;
const reset = command(["redis-cli", "flushall"]);

export default defineConfig({
  services: {
    mail: container("cleanroom-test/redis:7", { ...store, isolation: { reset } }),
    filed: container("cleanroom-test/redis:7", { ...store, isolation: { per: "file", reset } }),
    cache: redis("cleanroom-test/redis:7", { isolation: { mode: "server" } }),
    slow: container("cleanroom-test/service:1", {
      ports: [8080],
      env: { LISTEN_AFTER_MS: "1500" },
      isolation: {},
    }),
  },
});
