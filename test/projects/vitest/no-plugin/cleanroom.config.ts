import { container, defineConfig } from "cleanroom-test";

export default defineConfig({
  services: { slow: container("cleanroom-test/service:1", { ports: [8080], env: { LISTEN_AFTER_MS: "7000" } }) },
});
