import type { ContainerSpec } from "../spec/container-spec.ts";
import type { Place } from "./place-variables.ts";

/** What the containers of services are whose own options do not say. */
export interface ServiceDefaults extends Place {
  /** When their images are fetched. */
  readonly pullPolicy: ContainerSpec["pullPolicy"];
}
