import { join } from "node:path";
import { defineConfig } from "cleanroom-test";
import { mariadb } from "./mariadb.ts";

export default defineConfig({
  services: {
    db: mariadb("mariadb:11.8", { migrations: join(import.meta.dirname, "sql") }),
  },
});
