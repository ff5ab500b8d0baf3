import { container, defineConfig } from "cleanroom-test";
import { replicaInSync } from "./replica-in-sync.ts";

const primary = container("redis:8-alpine", {
  command: ["redis-server", "--repl-diskless-sync-delay", "0"], // It would wait 5 s for further replicas.
  ports: [6379],
});

const replica = container("redis:8-alpine", {
  dependsOn: { primary },
  command: ["redis-server", "--replicaof", "primary", "6379"],
  ports: [6379],
  health: replicaInSync,
});

export default defineConfig({ services: { primary, replica } });
