import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config";

/** Is never called: what the compiler says of it. */
export function refused(): void {
  useServices(config, "db").db.connectionString.toUpperCase();
  // @ts-expect-error: there is no such service.
  useServices(config, "cache");
}
