import type { ContainerBuilder } from "../../backend/adoption.ts";
import { isObject } from "../../errors/is-object.ts";
import type { HandlesOf } from "../generic/generic-options.ts";
import type { IsolationPer } from "../isolation-options.ts";
import type { Dependencies, ServiceDefinition } from "../service-definition.ts";
import type { ModuleContainer } from "./module-container.ts";
import type { TestcontainerOptions } from "./testcontainer-options.ts";

/**
 * Any module of Testcontainers as a service: one container for all processes, started by the module itself. Describes it only;
 * an environment or a test runner's plugin starts it, once, when it is needed.
 *
 * @param factory - Makes what is to be started, given the handles of `dependsOn`. Runs only in the process that creates the
 * container, so import the module in it: `async () => new (await import("@testcontainers/kafka")).KafkaContainer(…)`.
 */
export function testcontainer<
  Started,
  Data,
  const Needs extends Dependencies = Dependencies,
  const Per extends IsolationPer = "test",
>(
  factory: (dependencies: HandlesOf<Needs>) => ContainerBuilder<Started> | Promise<ContainerBuilder<Started>>,
  options: TestcontainerOptions<Started, Data, Needs, Per>,
): ServiceDefinition<ModuleContainer<Data>, ModuleContainer<Data>, Per> {
  const written: Partial<TestcontainerOptions<Started, Data, Needs, Per>> = isObject(options) ? options : {};
  const given = { ...written, factory }; // The factory as well counts when it is told whether a configuration is known.
  return {
    kind: "testcontainer",
    image: "testcontainer",
    options: given,
    dependsOn: written.dependsOn ?? {},
    hasOwnContainers: written.isolation !== undefined,
    load: async () => (await import("./testcontainer-kind.ts")).testcontainerKind(factory, options),
  };
}
