import { CleanroomEnvironment } from "cleanroom-test";
import config from "./cleanroom.config.ts";

/** What such a suite does by itself: all its files are in one database. */
export default async function setup(): Promise<() => Promise<void>> {
  const environment = await CleanroomEnvironment.start(config, { rootDirectory: import.meta.dirname });
  const { url, port, database } = environment.services.db;
  Object.assign(process.env, { DATABASE_URL: url, PGPORT: String(port()), PGDATABASE: database });
  return () => environment[Symbol.asyncDispose]();
}
