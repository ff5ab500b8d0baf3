import { join } from "node:path";
import { defineConfig } from "cleanroom-test";
import { mariadb } from "../../../../examples/mariadb/mariadb.ts";

const example = join(import.meta.dirname, "../../../../examples/mariadb");

export default defineConfig({
  services: { db: mariadb("cleanroom-test/mariadb:10.11", { migrations: join(example, "sql") }) },
});
