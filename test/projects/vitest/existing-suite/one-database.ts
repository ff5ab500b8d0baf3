import { CleanroomEnvironment } from "cleanroom-test";
import config from "./cleanroom.config.ts";

/** What such a suite does by itself: all its files are in one database. */
export default async function setup(): Promise<() => Promise<void>> {
  const environment = await CleanroomEnvironment.start(config, { rootDirectory: import.meta.dirname });
  const { db } = environment.services;
  Object.assign(process.env, { DATABASE_URL: db.url, PGPORT: String(db.port()), PGDATABASE: db.database });
  return () => environment[Symbol.asyncDispose]();
}
