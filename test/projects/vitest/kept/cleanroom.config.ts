import { container, defineConfig, redis } from "cleanroom-test";

const keepAliveMs = 4000;

export default defineConfig({
  services: {
    cache: redis("cleanroom-test/redis:7", { keepAliveMs }),
    web: container("cleanroom-test/service:1", { ports: [8080], keepAliveMs }),
  },
});
