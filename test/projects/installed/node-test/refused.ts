import { servicesOf, useServices } from "cleanroom-test/node";
import config from "./cleanroom.config.ts";

/** Is never called: what the compiler says of it. */
export function refused(): void {
  const services = useServices(config, "db");
  services.db.connectionString.toUpperCase();
  servicesOf({ fullName: "a test" }, services).db.connectionString.toUpperCase();
  // @ts-expect-error: there is no such service.
  useServices(config, "cache");
}
