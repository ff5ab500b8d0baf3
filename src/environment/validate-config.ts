import type { CleanroomConfig } from "../config/cleanroom-config.ts";
import { originOf, tellingPlaces } from "../config/config-origin.ts";
import { configSchema, serviceNameSchema, serviceSchema } from "../config/config-schema.ts";
import { isObject } from "../errors/is-object.ts";
import { validate } from "../validation/validate.ts";
import { validateFallback } from "./validate-fallback.ts";
import type { AnyService } from "./service-catalog.ts";

/**
 * Checks a configuration with all its services.
 *
 * @param origin - What to call it in messages, unless it was loaded from a file.
 * @throws ConfigurationError with everything that is wrong; with the places in a file of JSON or YAML.
 */
export async function validateConfig(config: CleanroomConfig, origin: string): Promise<void> {
  const written = isObject(config) ? originOf(config) : undefined;
  const { file = origin } = written ?? {};
  await tellingPlaces(written ?? {}, "", () => validate(configSchema, config, file));
  for (const [name, definition] of Object.entries(config.services)) {
    await tellingPlaces(written ?? {}, `services.${name}`, () => validateService(name, definition));
  }
}

/**
 * Checks what a service is called, that it is one, and its options.
 *
 * @throws ConfigurationError when other containers could not reach it by that name, or a factory returned something else.
 */
export async function validateService(name: string, definition: AnyService): Promise<void> {
  validate(serviceNameSchema, name, `The name ${JSON.stringify(name)}`);
  validate(serviceSchema, definition, `What describes ${name}`);
  const kind = await definition.load();
  await kind.validate(name);
  const { fallback } = definition.options.recovery ?? {};
  if (fallback !== undefined && typeof fallback !== "function") await validateFallback(name, definition, fallback);
}
