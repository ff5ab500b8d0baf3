import type { ServiceDefinition } from "../services/service-definition.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";

/** Services by name. The name is what tests, other containers and messages call them. */
export type Services = Readonly<Record<string, ServiceDefinition<unknown, unknown>>>;

/** What a project's tests need. */
export interface CleanroomConfig<Configured extends Services = Services> {
  /** The services, by name. */
  readonly services: Configured;
  /**
   * Images to use in place of others, such as those of a private mirror: `{ "postgres:*": "mirror.example/postgres:17" }`. A `*`
   * stands for any text; the first match wins. The environment variable `CLEANROOM_IMAGE_SUBSTITUTIONS` wins over it.
   */
  readonly imageSubstitutions?: Readonly<Record<string, string>>;
  /** Changes to every container's description, applied in order. */
  readonly customizers?: readonly ContainerCustomizer[];
}

/** Gives a configuration its type, and returns it as it is. It is checked when an environment starts. */
export function defineConfig<const Configured extends Services>(
  config: CleanroomConfig<Configured>,
): CleanroomConfig<Configured> {
  return config;
}
