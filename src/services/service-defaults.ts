import type { ContainerSpec } from "../spec/container-spec.ts";

/** What the containers of services are whose own options do not say. */
export interface ServiceDefaults {
  /** When their images are fetched. */
  readonly pullPolicy: ContainerSpec["pullPolicy"];
  /** Their time zone, as `TZ`; that of their images when absent. */
  readonly timeZone?: string | undefined;
  /** Their locale, as `LANG` and `LC_ALL`; that of their images when absent. */
  readonly locale?: string | undefined;
}
