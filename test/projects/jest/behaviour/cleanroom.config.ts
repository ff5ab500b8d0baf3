import { container, defineConfig, redis } from "cleanroom-test";

const image = "cleanroom-test/service:1";

export default defineConfig({
  services: {
    web: container(image, { ports: [8080] }),
    slow: container(image, { ports: [8080], env: { LISTEN_AFTER_MS: "6500" } }),
    cache: redis("cleanroom-test/redis:7", { isolation: { per: "worker" } }),
    broken: container(image, {
      ports: [8080],
      env: { LISTEN_AFTER_MS: "30000", LOG_ERROR: "no licence found", EXIT_AFTER_MS: "50", EXIT_CODE: "3" },
    }),
  },
});
