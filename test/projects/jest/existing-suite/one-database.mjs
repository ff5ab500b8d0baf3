import { CleanroomEnvironment } from "cleanroom-test";
import config from "../../vitest/existing-suite/cleanroom.config.ts";

/** What such a suite does by itself: all its files are in one database. */
export default async function oneDatabase() {
  const rootDirectory = new URL("../../vitest/existing-suite", import.meta.url).pathname;
  const environment = await CleanroomEnvironment.start(config, { rootDirectory });
  const { db } = environment.services;
  Object.assign(process.env, { DATABASE_URL: db.url, PGPORT: String(db.port()), PGDATABASE: db.database });
  globalThis.environment = environment;
}
