import { CleanroomEnvironment } from "cleanroom-test";
import config from "./cleanroom.config.js";

/** Is never called: what the compiler says of it. */
export async function refused() {
  const environment = await CleanroomEnvironment.start(config);
  environment.services.db.connectionString.toUpperCase();
  // @ts-expect-error: there is no such service.
  environment.services.cache;
  // @ts-expect-error: there is no such service.
  await environment.get("cache");
}
