import { container, defineConfig, http } from "cleanroom-test";

export default defineConfig({
  services: {
    // Stands in for somebody else's API: answers come from files that are copied into the container.
    rates: container("python:3.13-alpine", {
      command: ["python3", "-m", "http.server", "8080"],
      workingDirectory: "/srv/stub",
      files: [{ source: "stub", target: "/srv/stub" }],
      ports: [8080],
      health: http({ port: 8080, path: "/v1/eur.json" }),
    }),
  },
});
