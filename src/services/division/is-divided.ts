import { isObject } from "../../errors/is-object.ts";
import type { DividedIsolationOptions } from "../generic/generic-options.ts";

/** Whether holders get parts of a container, and no containers. The options may be anything, as they are not checked yet. */
export function isDivided(isolation: object | undefined): isolation is DividedIsolationOptions {
  return isObject(isolation) && "parts" in isolation && isolation.parts !== undefined;
}
