import { randomBytes } from "node:crypto";
import type { Substitution } from "../config/image-substitution.ts";
import { substituteImage } from "../config/image-substitution.ts";
import type { ContainerRuntime } from "../container/container-runtime.ts";
import { startContainer } from "../container/start-container.ts";
import type { StartedContainer } from "../container/started-container.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import type { ContainerAccess } from "../services/container-access.ts";
import type { DependencyHandles, PendingPlan, ServiceKind } from "../services/service-definition.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";
import { containerKey } from "../spec/key.ts";
import { abortable } from "../time/abortable.ts";
import type { EnvironmentNetwork } from "./environment-network.ts";
import { ManagedService } from "./managed-service.ts";
import type { AnyService, Dependency, ServiceCatalog } from "./service-catalog.ts";

/** What every service of an environment has in common. */
export interface StarterContext {
  /** The engine and what goes with it. */
  readonly runtime: ContainerRuntime;
  /** The services the environment knows. */
  readonly catalog: ServiceCatalog;
  /** Where containers reach each other. */
  readonly network: EnvironmentNetwork;
  /** Directory that relative paths start from. */
  readonly rootDirectory: string;
  /** Images used in place of others. */
  readonly substitutions: readonly Substitution[];
  /** Customizers of every container. */
  readonly customizers: readonly ContainerCustomizer[];
  /** Labels of everything that is made. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Starts what a service depends on, or joins whoever does. */
export type Obtain = (dependency: Dependency, signal: AbortSignal) => Promise<ManagedService>;

/** A service whose options are valid and whose files have been read. */
export interface PlannedService {
  /** Name of the service. */
  readonly name: string;
  /** What it is. */
  readonly definition: AnyService;
  /** How it is run. */
  readonly kind: ServiceKind<unknown, unknown>;
  /** What was decided about it. */
  readonly pendingPlan: PendingPlan;
}

/**
 * Checks a service's options and reads the files they name; starts nothing.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export async function planService(
  name: string,
  definition: AnyService,
  context: StarterContext,
): Promise<PlannedService> {
  const { validateService } = await import("./validate-config.ts");
  validateService(name, definition);
  context.catalog.add(name, definition);
  context.catalog.dependenciesOf(name, definition);
  const kind = await definition.load();
  await kind.validate(name);
  const pendingPlan = await kind.plan({
    name,
    rootDirectory: context.rootDirectory,
    isOnNetwork: context.catalog.isOnNetwork(definition),
    substituteImage: (image) => substituteImage(image, context.substitutions),
    customizers: context.customizers,
  });
  return { name, definition, kind, pendingPlan };
}

/** Starts a service once everything it depends on is ready. The caller owns it. */
export async function startService(
  planned: PlannedService,
  context: StarterContext,
  obtain: Obtain,
  signal: AbortSignal,
): Promise<ManagedService> {
  const { name, definition, kind } = planned;
  const { runtime, catalog } = context;
  const dependencies = catalog.dependenciesOf(name, definition);
  const [networkName, obtained] = await Promise.all([
    catalog.isOnNetwork(definition) ? abortable(context.network.join(), signal) : undefined,
    Promise.all(dependencies.map((dependency) => obtain(dependency, signal))),
  ]);
  const plan = planned.pendingPlan(handlesOf(dependencies, obtained));
  const key = containerKey(plan.spec, plan.fingerprint);
  const containerName = `cleanroom-${name}-${randomBytes(5).toString("hex")}`;
  const labels = { ...context.labels, "dev.cleanroom.service": name, "dev.cleanroom.key": key };
  await using rollback = new Rollback();
  const started = await startContainer({ name, containerName, plan, key, labels, networkName }, runtime, signal);
  await rollback.defer(() => started[Symbol.asyncDispose]());
  const handle = kind.attach(started.connection, accessTo(started, runtime));
  rollback.disarm();
  return new ManagedService(
    started,
    handle,
    obtained.map(({ id }) => id),
  );
}

/** The handles under the names that the service's options give them. */
function handlesOf(dependencies: readonly Dependency[], obtained: readonly ManagedService[]): DependencyHandles {
  return Object.fromEntries(dependencies.map(({ localName }, index) => [localName, obtained[index]?.handle]));
}

function accessTo({ connection, machine }: StartedContainer, { backend }: ContainerRuntime): ContainerAccess {
  return {
    state: () => machine.state,
    exec: (command, options, signal) => backend.exec(connection.id, command, options, signal),
    logs: (tailLines, signal) => backend.logs(connection.id, tailLines, signal),
  };
}
