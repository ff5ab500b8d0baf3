import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { configSchema, serviceNameSchema, serviceSchema } from "../config/config-schema.ts";
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
 * Checks what a service is called, and that it is one.
 *
 * @throws ConfigurationError when other containers could not reach it by that name, or a factory returned something else.
 */
export function validateService(name: string, definition: unknown): void {
  validate(serviceNameSchema, name, `The name ${JSON.stringify(name)}`);
  validate(serviceSchema, definition, `What describes ${name}`);
}
