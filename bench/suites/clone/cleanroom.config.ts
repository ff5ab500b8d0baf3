import { defineConfig, postgres } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", {
      labels: JSON.parse(process.env["BENCH_LABELS"]!) as Record<string, string>,
      migrations: ["../note.sql"],
      isolation: { mode: process.env["BENCH_MODE"] === "reset" ? "reset" : "clone" },
      keepAliveMs: Number(process.env["BENCH_KEEP_ALIVE_MS"] ?? 0),
    }),
  },
});
