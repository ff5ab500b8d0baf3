import { container, defineConfig, redis } from "cleanroom-test";

export default defineConfig({
  services: {
    cache: redis("cleanroom-test/redis:7"),
    broken: container("cleanroom-test/service:1", {
      ports: [8080],
      env: { LISTEN_AFTER_MS: "30000", LOG_ERROR: "no licence found", EXIT_AFTER_MS: "50", EXIT_CODE: "3" },
    }),
  },
});
