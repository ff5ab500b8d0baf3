import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { configSchema, serviceNameSchema } from "../config/config-schema.ts";
import { validate } from "../validation/validate.ts";

/**
 * Checks a configuration as a whole; its services' options are checked with each service.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export function validateConfig(config: CleanroomConfig, origin: string): void {
  validate(configSchema, config, origin);
}

/**
 * Checks what a service is called.
 *
 * @throws ConfigurationError when other containers could not reach it by that name.
 */
export function validateName(name: string): void {
  validate(serviceNameSchema, name, `The name ${JSON.stringify(name)}`);
}
