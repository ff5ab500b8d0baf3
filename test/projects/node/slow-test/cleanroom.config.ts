import { container, defineConfig } from "cleanroom-test";

export default defineConfig({ services: { web: container("cleanroom-test/service:1", { ports: [8080] }) } });
