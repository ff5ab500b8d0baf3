import { isObject } from "../errors/is-object.ts";
import type { ServiceOptions } from "./service-options.ts";

/** What is known of a service before its options are checked: nothing, when they are not even an object. */
export function writtenOptions<Options extends ServiceOptions>(options: Options): Partial<Options> {
  return isObject(options) ? options : {};
}
