import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { configSchema, imageSchema, serviceNameSchema } from "../config/config-schema.ts";
import { validate } from "../validation/validate.ts";
import type { AnyService } from "./service-catalog.ts";

/**
 * Checks a service's name, image and options.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export async function validateService(name: string, { kind, image, options, schema }: AnyService): Promise<void> {
  validate(serviceNameSchema, name, `The name ${JSON.stringify(name)}`);
  validate(imageSchema, image, `The image of ${name}`);
  validate(await schema(), options, `${name}, a ${kind}(),`);
}

/**
 * Checks a configuration as a whole; its services' options are checked with each service.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export function validateConfig(config: CleanroomConfig, origin: string): void {
  validate(configSchema, config, origin);
}
