import type { Dependencies, ServiceDefinition } from "../service-definition.ts";
import { writtenOptions } from "../written-options.ts";
import type { GenericContainer } from "./generic-container.ts";
import type { ContainerOptions } from "./generic-options.ts";

/**
 * Any image as a service. Describes it only; an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - As in `docker run`: name, tag, digest.
 */
export function container<const Needs extends Dependencies = Dependencies>(
  image: string,
  options: ContainerOptions<Needs> = {},
): ServiceDefinition<GenericContainer> {
  const written = writtenOptions(options);
  return {
    kind: "container",
    image,
    options: written,
    dependsOn: written.dependsOn ?? {},
    load: async () => (await import("./generic-kind.ts")).genericKind(image, options),
  };
}
