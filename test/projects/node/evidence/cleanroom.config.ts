import { defineConfig, postgres } from "cleanroom-test";

const image = "cleanroom-test/postgres:15";

export default defineConfig({
  services: {
    db: postgres(image),
    shared: postgres(image, { isolation: { per: "file" } }),
  },
});
