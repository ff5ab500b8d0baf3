import { container, defineConfig } from "cleanroom-test";

const slow = { ports: [8080], env: { LISTEN_AFTER_MS: "3000" } };

export default defineConfig({
  services: {
    slow: container("cleanroom-test/service:1", slow),
    own: container("cleanroom-test/service:1", { ...slow, isolation: {} }),
  },
});
