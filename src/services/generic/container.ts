import { isDivided } from "../division/is-divided.ts";
import type { OwnPart } from "../division/division.ts";
import type { IsolationPer } from "../isolation-options.ts";
import type { Dependencies, ServiceDefinition } from "../service-definition.ts";
import { writtenOptions } from "../written-options.ts";
import type { GenericContainer } from "./generic-container.ts";
import type { AnyContainerOptions, ContainerOptions, DividedContainerOptions } from "./generic-options.ts";
import type { SharedContainer } from "./shared-container.ts";

/**
 * Any image as a service, divided into parts by code of your own. Describes it only; an environment or a test runner's plugin
 * starts it, once, when it is needed.
 *
 * @param image - As in `docker run`: name, tag, digest.
 */
export function container<
  const Needs extends Dependencies = Dependencies,
  const Per extends IsolationPer = "test",
  Part extends object = object,
>(
  image: string,
  options: DividedContainerOptions<Needs, Per, Part>,
): ServiceDefinition<SharedContainer<OwnPart<Part>>, OwnPart<Part>, Per>;

/**
 * Any image as a service. Describes it only; an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param image - As in `docker run`: name, tag, digest.
 */
export function container<const Needs extends Dependencies = Dependencies, const Per extends IsolationPer = "test">(
  image: string,
  options?: ContainerOptions<Needs, Per>,
): ServiceDefinition<SharedContainer, GenericContainer, Per>;

/** Both are described alike. */
export function container<Needs extends Dependencies, Per extends IsolationPer>(
  image: string,
  options: AnyContainerOptions<Needs, Per> = {},
): ServiceDefinition<SharedContainer<unknown>, unknown, Per> {
  const written = writtenOptions(options);
  return {
    kind: "container",
    image,
    options: written,
    dependsOn: written.dependsOn ?? {},
    hasOwnContainers: written.isolation !== undefined && !isDivided(written.isolation),
    load: async () => (await import("./generic-kind.ts")).genericKind(image, options),
  };
}
