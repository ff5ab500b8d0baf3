import type { ContainerBuilder } from "../../backend/adoption.ts";
import type { ForeignContainer } from "../../container/service-plan.ts";
import { ConfigurationError } from "../../errors/configuration-error.ts";
import { isObject } from "../../errors/is-object.ts";
import { refuseAddress } from "../existing-service.ts";
import type { HandlesOf } from "../generic/generic-options.ts";
import { isolationFingerprint } from "../generic/reset-plan.ts";
import { carePlan } from "../care-plan.ts";
import { planSpec } from "../plan-spec.ts";
import { planTerms } from "../resolve-options.ts";
import type { Dependencies, DependencyHandles, PendingPlan, PlanContext, ServiceKind } from "../service-definition.ts";
import { ModuleContainer } from "./module-container.ts";
import { plainData } from "./plain-data.ts";
import type { TestcontainerOptions } from "./testcontainer-options.ts";

type Factory<Started, Needs extends Dependencies> = (
  dependencies: HandlesOf<Needs>,
) => ContainerBuilder<Started> | Promise<ContainerBuilder<Started>>;

/** How a module of Testcontainers is run. It is shared, or there are several: what divides it is the module's business. */
export function testcontainerKind<Started, Data, Needs extends Dependencies>(
  factory: Factory<Started, Needs>,
  options: TestcontainerOptions<Started, Data, Needs>,
): ServiceKind<ModuleContainer<Data>, ModuleContainer<Data>> {
  return {
    validate: async (name) => {
      const { validateTestcontainer } = await import("./validate-testcontainer.ts");
      validateTestcontainer(name, factory, options);
    },
    plan: (context) => plan(factory, options, context),
    planExisting: (address) =>
      refuseAddress(
        address,
        "cannot say what a testcontainer() gives as `data`; describe the service with container()",
      ),
    attach: (connection, access) => new ModuleContainer<Data>(connection, access, options.isolation),
    isolate: (handle, isolateOptions) => handle.isolate(isolateOptions),
  };
}

async function plan<Started, Data, Needs extends Dependencies>(
  factory: Factory<Started, Needs>,
  options: TestcontainerOptions<Started, Data, Needs>,
  context: PlanContext,
): Promise<PendingPlan> {
  const { key } = options;
  const { dependsOn: _dependencies, network: _network, key: _key, connection: _connection, ...rest } = options;
  const { isolation, ...terms } = rest;
  const image = `testcontainer ${typeof key === "string" ? key : JSON.stringify(key)}`;
  const parts = { image, ports: [], process: {}, files: [], mounts: [], engineOptions: {} };
  // Its image and everything else is the module's: there is nothing to substitute, to limit or to customize.
  const specWith = await planSpec(
    parts,
    { ...terms, limits: false },
    { ...context, substituteImage: () => image, customizers: [] },
  );
  const fingerprint = { testcontainer: key, ...(isolation && { isolation: isolationFingerprint(isolation) }) };
  return (dependencies) => ({
    spec: specWith({}),
    care: carePlan(terms, {}),
    foreign: foreignContainer(context.name, dependencies, factory, options),
    ...planTerms(terms),
    fingerprint,
    details: {},
  });
}

function foreignContainer<Started, Data, Needs extends Dependencies>(
  name: string,
  dependencies: DependencyHandles,
  factory: Factory<Started, Needs>,
  { connection }: TestcontainerOptions<Started, Data, Needs>,
): ForeignContainer {
  return {
    build: async () => {
      // The handles were made from this very `dependsOn`, so they are of the types it promises.
      const builder: unknown = await factory(dependencies as HandlesOf<Needs>);
      if (isBuilder(builder)) return builder;
      const message = "must return what Testcontainers starts, such as `new KafkaContainer(…)`, and not start it";
      throw new ConfigurationError({ origin: originOf(name), problems: [{ path: "factory", message }] });
    },
    describe: async (started) => {
      // It is what the factory's own builder resolved with.
      const data = await connection(started as Started);
      return { data: JSON.stringify(plainData(data, originOf(name))) };
    },
  };
}

function isBuilder(value: unknown): value is ContainerBuilder {
  return isObject(value) && "start" in value && typeof value.start === "function";
}

function originOf(name: string): string {
  return `${name}, a testcontainer(),`;
}
