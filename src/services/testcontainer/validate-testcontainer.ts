import { z } from "zod";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { findProblems } from "../../validation/validate.ts";
import { containerIsolation, containerVariables } from "../generic/generic-schema.ts";
import { serviceOptionsShape } from "../options-schema.ts";
import type { TestcontainerOptions } from "./testcontainer-options.ts";

const { dependsOn, network, resources, startTimeoutMs, stopGraceMs, supervision, scope, keepAliveMs, recovery } =
  serviceOptionsShape;

const isFunction = (value: unknown): boolean => typeof value === "function";

/** `null` and empty text are what one has that was left out by mistake. */
const isKey = (value: unknown): boolean => z.json().safeParse(value).success && value !== "" && value !== null;

const KEY_EXPECTED = "must be text or other plain data that identifies what the factory makes";

const shape: Readonly<Record<keyof TestcontainerOptions<unknown, unknown>, z.ZodType>> = {
  ...{ dependsOn, network, resources, startTimeoutMs, stopGraceMs, supervision, scope, keepAliveMs, recovery },
  isolation: containerIsolation.optional(),
  variables: containerVariables.optional(),
  key: z.custom(isKey, KEY_EXPECTED),
  connection: z.custom(isFunction, "must be a function that returns plain data of the started container"),
};

const optionsSchema = z.strictObject(shape);

const factorySchema = z.object({
  factory: z.custom(isFunction, "must be a function that returns what Testcontainers starts"),
});

/**
 * Checks what `testcontainer()` was given.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export function validateTestcontainer(name: string, factory: unknown, options: unknown): void {
  const problems = [
    ...findProblems(factorySchema, { factory }),
    ...findProblems(optionsSchema, options).map(({ path, message }) => ({
      path: path === "" ? "options" : path,
      message,
    })),
  ];
  if (problems.length > 0) throw new ConfigurationError({ origin: `${name}, a testcontainer(),`, problems });
}
