import { defineConfig, postgres } from "cleanroom-test";

export default defineConfig({
  services: {
    db: postgres("cleanroom-test/postgres:15", {
      labels: JSON.parse(process.env["BENCH_LABELS"]!) as Record<string, string>,
      migrations: ["../note.sql"],
    }),
  },
});
