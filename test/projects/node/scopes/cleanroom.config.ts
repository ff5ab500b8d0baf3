import { defineConfig, postgres } from "cleanroom-test";

const image = "cleanroom-test/postgres:15";
const migrations = ["schema.sql"];

export default defineConfig({
  services: {
    db: postgres(image, { migrations, isolation: { per: "file" } }),
    other: postgres(image, { migrations, isolation: { per: "worker" } }),
  },
});
