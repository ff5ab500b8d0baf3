import { randomUUID } from "node:crypto";
import { substituteImage } from "../config/image-substitution.ts";
import type { Settings } from "../config/settings.ts";
import { inheritedVariables } from "../config/environment-variables.ts";
import type { ContainerRuntime } from "../container/container-runtime.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ServicePlan } from "../container/service-plan.ts";
import type { ServiceRequest } from "../coordinator/coordination.ts";
import { projectGroup, USER_GROUP } from "../coordinator/labels.ts";
import { privateGroup } from "../coordinator/private-group.ts";
import type { ImagePins } from "../lock/image-pins.ts";
import { pinned } from "../lock/image-pins.ts";
import type { Transition } from "../lifecycle/state-machine.ts";
import { StateMachine } from "../lifecycle/state-machine.ts";
import { withLimitRules } from "../resources/limit-rules.ts";
import { forEachSeeded } from "../seed/seeded-order.ts";
import type { DependencyHandles, PendingPlan, PlanContext, ServiceKind } from "../services/service-definition.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";
import type { Json } from "../spec/container-spec.ts";
import { containerKey } from "../spec/key.ts";
import { keepingTerms } from "./caches-terms.ts";
import { digestOf } from "./config-digest.ts";
import { cacheVolumesOf } from "./mount-caches.ts";
import type { CreatedService, WantedService } from "./create-service.ts";
import { createService } from "./create-service.ts";
import { CurrentConnection } from "./current-connection.ts";
import { ManagedService } from "./managed-service.ts";
import type { AnyService, Dependency, Scope, ServiceCatalog } from "./service-catalog.ts";
import { scopeOf } from "./service-catalog.ts";
import { accessTo } from "./service-access.ts";
import type { AcquiredService, Claimant } from "./service-claims.ts";
import { ServiceClaims } from "./service-claims.ts";
import type { ExistingAddresses } from "./existing-addresses.ts";
import type { SeatOnDemand } from "./seat-on-demand.ts";

/** What every service of an environment has in common. */
export interface StarterContext extends Omit<ContainerRuntime, "backend" | "workOnImage" | "madeImages"> {
  /** Where services are shared, and the engine. */
  readonly seat: SeatOnDemand;
  /** Which services exist already. */
  readonly existing: ExistingAddresses;
  /** On whose behalf containers are claimed. */
  readonly claimant: Claimant;
  /** The services the environment knows. */
  readonly catalog: ServiceCatalog;
  /** Directory that relative paths start from. */
  readonly rootDirectory: string;
  /** The project whose processes share the services. */
  readonly project: string;
  /** Tells the network of this configuration from others of the project. */
  readonly network: string;
  /** What services are run with besides their own options. */
  readonly settings: Settings;
  /** What exactly their images are. */
  readonly pins: ImagePins;
  /** Customizers of every container. */
  readonly customizers: readonly ContainerCustomizer[];
  /** A password of a service, the same for everybody in the group that shares it. */
  readonly passwordFor: (group: string, service: string, purpose: string) => string;
  /** Tells one secret from another without giving it away. */
  readonly seal: (secret: string) => string;
}

/** The same before there is an environment. */
export type PreparedContext = Omit<StarterContext, "claimant">;

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
  /** Why it takes another's place; absent of what was asked for in the first place. */
  readonly fallback?: ServiceConnection["fallback"];
}

/**
 * Reads the files that a service's options name; starts nothing.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export async function planService(
  name: string,
  definition: AnyService,
  context: StarterContext,
): Promise<PlannedService> {
  context.catalog.add(name, definition);
  context.catalog.dependenciesOf(name, definition);
  const kind = await definition.load();
  await context.seat.take();
  const group = groupOf(scopeOf(definition), context);
  const passwordFor = (purpose: string): string => context.passwordFor(group, name, purpose);
  const pendingPlan = await kind.plan({ ...planContext(name, definition, context), passwordFor });
  return { name, definition, kind, pendingPlan };
}

/** What a kind of service is told when a service of it is planned, but for passwords. */
export function planContext(
  name: string,
  definition: AnyService,
  { rootDirectory, catalog, settings, pins, customizers }: StarterContext,
): Omit<PlanContext, "passwordFor"> {
  return {
    name,
    rootDirectory,
    isOnNetwork: catalog.isOnNetwork(definition),
    substituteImage: (image) => pinned(image, substituteImage(image, settings.imageSubstitutions), pins),
    defaults: settings,
    variables: inheritedVariables,
    customizers,
  };
}

/**
 * Checks a service that the configuration does not describe, unless one just like it was found valid before.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export async function checkService(name: string, definition: AnyService, { seat }: StarterContext): Promise<void> {
  const digest = digestOf([name, definition]);
  if (digest !== undefined && seat.isTaken && (await seat.member.isKnownValid(digest))) return;
  const { validateService } = await import("./validate-config.ts");
  await validateService(name, definition);
  if (digest !== undefined && seat.isTaken) await seat.member.foundValid(digest);
}

/** One thing that a service depends on, which is ready. */
export interface ReadyDependency extends Dependency {
  /** The service that it is. */
  readonly service: ManagedService;
}

/** Everything that a service depends on, once it is ready. */
export function obtainDependencies(
  { name, definition }: PlannedService,
  context: StarterContext,
  obtain: Obtain,
  signal: AbortSignal,
): Promise<readonly ReadyDependency[]> {
  const dependencies = context.catalog.dependenciesOf(name, definition);
  return forEachSeeded(
    context.settings.seed,
    dependencies,
    (dependency) => dependency.name,
    async (dependency) => ({ ...dependency, service: await obtain(dependency, signal) }),
  );
}

/** A service whose dependencies are ready: the one that is shared, or a new one where there is none. */
export async function obtainWith(
  dependencies: readonly ReadyDependency[],
  planned: PlannedService,
  context: StarterContext,
  signal: AbortSignal,
): Promise<ManagedService> {
  const plan = planned.pendingPlan(handlesOf(dependencies));
  const services = dependencies.map(({ service }) => service);
  const request = requestFor(planned, plan, services, context);
  const { service } = await acquireService({ planned, plan, request }, context, signal);
  return service;
}

async function acquireService(
  wanted: WantedService,
  context: StarterContext,
  signal: AbortSignal,
): Promise<AcquiredService> {
  const { seat, emitter, clock } = context;
  const acquisition = await seat.member.acquire(wanted.request, signal);
  if (acquisition.kind === "create") {
    const created = await createService({ ...wanted, ticket: acquisition.ticket }, context, signal);
    if (created === undefined) return acquireService(wanted, context, signal);
    return { ...(await managed(wanted, context, created)), isNew: true };
  }
  const { serviceId, connection } = acquisition;
  const { name, id } = connection;
  const tell = (transition: Transition): void => {
    if (wanted.request.claim !== undefined) return; // It is told to whoever shares it, or made it.
    emitter.emit("container:state", { name, id, atMs: clock.now(), ...transition });
  };
  const machine = new StateMachine("it runs already", tell, "ready");
  return { ...(await managed(wanted, context, { serviceId, connection, machine })), isNew: false };
}

async function managed(
  wanted: WantedService,
  context: StarterContext,
  { serviceId, connection: shared, machine }: CreatedService,
): Promise<Omit<AcquiredService, "isNew">> {
  const { kind, fallback } = wanted.planned;
  const connection = fallback === undefined ? shared : { ...shared, fallback }; // Others may have asked for it itself.
  const { seat, clock } = context;
  const canKeep = seat.canKeep && wanted.plan.scope !== "process";
  const claims = claimsOn(wanted, context);
  const current = new CurrentConnection(connection);
  const access = accessTo({ serviceId, current, machine, canKeep, claims, clock }, seat);
  const handle = kind.attach(connection, access);
  const parts = kind.divide?.(handle);
  if (parts !== undefined) await seat.member.offerParts(serviceId, parts);
  return { service: new ManagedService(serviceId, current, { handle, parts }, machine), access };
}

function requestFor(
  { name, definition }: PlannedService,
  plan: ServicePlan,
  dependencies: readonly ManagedService[],
  context: StarterContext,
): ServiceRequest {
  const { catalog, network, settings, seal, seat } = context;
  const sealed = (plan.secrets ?? []).map(seal);
  const dependencyKeys = dependencies.map(({ connection }) => connection.key); // They change how it behaves.
  const keyOf = (fingerprint: Json): string => containerKey(plan.spec, [fingerprint, sealed, dependencyKeys], seal);
  return {
    requestId: randomUUID(),
    group: groupOf(plan.scope, context),
    name,
    key: keyOf(plan.fingerprint),
    baseKey: plan.renewal && keyOf(plan.renewal.fingerprint),
    network: catalog.isOnNetwork(definition) ? network : undefined,
    cacheVolumes: cacheVolumesOf(plan.spec),
    dependsOn: dependencies.filter(({ hasContainer }) => hasContainer).map(({ serviceId }) => serviceId),
    stopGraceMs: plan.spec.stopGraceMs,
    keepAliveMs: seat.canKeep ? plan.keepAliveMs : 0,
    resources: withLimitRules(plan.resources, plan.spec.limits),
    ...keepingTerms(settings),
    keepsFailure: seat.canKeep && settings.keepOnFailure,
    seed: settings.seed,
  };
}

/** Who shares what has this scope. */
function groupOf(scope: Scope, { project, seat }: Pick<StarterContext, "project" | "seat">): string {
  switch (scope) {
    case "project":
      return projectGroup(project);
    case "user":
      return USER_GROUP;
    case "process":
      return privateGroup({ id: seat.member.memberId });
  }
}

/** The handles under the names that the service's options give them. */
function handlesOf(dependencies: readonly ReadyDependency[]): DependencyHandles {
  return Object.fromEntries(dependencies.map(({ localName, service }) => [localName, service.handle]));
}

function claimsOn(wanted: WantedService, context: StarterContext): ServiceClaims {
  const { claimant, emitter, seat } = context;
  return new ServiceClaims({
    ...{ claimant, emitter, member: seat.member, request: wanted.request },
    acquire: (request, signal) => acquireService({ ...wanted, request }, context, signal),
    create: async (request, ticket, signal) => {
      const created = await createService({ ...wanted, request, ticket }, context, signal);
      return created && { ...(await managed({ ...wanted, request }, context, created)), isNew: true };
    },
  });
}
