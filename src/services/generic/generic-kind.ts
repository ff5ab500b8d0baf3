import { isObject } from "../../errors/is-object.ts";
import { all, healthCheck, tcp } from "../../health/probes.ts";
import type { Probe } from "../../health/probe.ts";
import type { Json, PortSpec } from "../../spec/container-spec.ts";
import { defined } from "../../spec/defined.ts";
import { parseJson } from "../../spec/parse-json.ts";
import { systemClock } from "../../time/system-clock.ts";
import { carePlan } from "../care-plan.ts";
import { planSpec } from "../plan-spec.ts";
import { planTerms } from "../resolve-options.ts";
import { writtenOptions } from "../written-options.ts";
import type { Dependencies, DependencyHandles, PendingPlan, PlanContext, ServiceKind } from "../service-definition.ts";
import type { ExistingAddress, PendingExistingPlan } from "../existing-service.ts";
import { refuseAddress } from "../existing-service.ts";
import { planExistingContainer } from "./existing-container.ts";
import { claimContainer } from "../claim-container.ts";
import { divisionFingerprint, divisionPlan } from "../division/division-plan.ts";
import { isDivided } from "../division/is-divided.ts";
import { takeOwnPart } from "../division/own-part.ts";
import { OwnParts } from "../division/own-parts.ts";
import { GenericContainer } from "./generic-container.ts";
import type { AnyContainerOptions, ContainerOptions, HandlesOf } from "./generic-options.ts";
import { isolationFingerprint, resetPlan } from "./reset-plan.ts";
import { SharedContainer, type TakeOwn } from "./shared-container.ts";

/** How any container is run. It is shared, or there are several, or code of its user's divides it. */
export function genericKind<Needs extends Dependencies>(
  image: string,
  options: AnyContainerOptions<Needs>,
): ServiceKind<SharedContainer<unknown>, unknown> {
  const { isolation } = writtenOptions(options);
  return {
    validate: async (name) => {
      const [{ validateOptions }, { containerOptionsSchema }] = await Promise.all([
        import("../validate-options.ts"),
        import("./generic-schema.ts"),
      ]);
      validateOptions(containerOptionsSchema, { name, kind: "container", image, options });
    },
    plan: (context) => plan(image, options, context),
    planExisting: (address) => planExisting(address, options),
    attach: (connection, access) => new SharedContainer(connection, access, takerOf(isolation)),
    isolate: (handle, isolateOptions) => handle.isolate(isolateOptions),
    ...(isDivided(isolation) && { divide: (handle) => new OwnParts(handle, isolation.parts, systemClock) }),
  };
}

/** How holders get what they alone have: a part, a container, or nothing, so that it is the one that all share. */
function takerOf(isolation: AnyContainerOptions["isolation"]): TakeOwn<unknown> {
  if (isDivided(isolation)) {
    return (server, access, { signal }) => takeOwnPart(isolation.parts, { server, access, signal });
  }
  if (isolation === undefined) return (shared) => Promise.resolve(shared);
  return ({ name }, access, { signal }) =>
    claimContainer({
      name,
      access,
      plan: resetPlan(isolation),
      isNextStarted: true,
      attach: (claimed, giveBack) => new GenericContainer(claimed.connection, claimed.access, giveBack),
      signal,
    });
}

async function plan<Needs extends Dependencies>(
  image: string,
  options: AnyContainerOptions<Needs>,
  context: PlanContext,
): Promise<PendingPlan> {
  const ports = (options.ports ?? []).map(portSpec);
  const { command, entrypoint, user, workingDirectory, hostname } = options;
  const process = defined({ command, entrypoint, user, workingDirectory, hostname });
  const specWith = await planSpec(
    { image, ports, process, files: [], mounts: [], engineOptions: options.engineOptions ?? {} },
    options,
    context,
  );
  const probe = probeOf(options, defaultProbe(ports, options));
  const { isolation } = options;
  const fingerprint = { probe: probeFingerprint(probe), ...fingerprintOf(isolation) };
  const division = isDivided(isolation) ? divisionPlan(isolation.parts) : {};
  const care = carePlan(options, { probe });
  const rest = { probe, care, ...planTerms(options), fingerprint, details: {}, ...division };
  return (dependencies) => ({ spec: specWith(environmentOf(options, dependencies)), ...rest });
}

function fingerprintOf(isolation: AnyContainerOptions["isolation"]): { readonly [key: string]: Json } {
  if (isolation === undefined) return {};
  return isDivided(isolation)
    ? { parts: divisionFingerprint(isolation.parts) }
    : { isolation: isolationFingerprint(isolation) };
}

function planExisting<Needs extends Dependencies>(
  address: ExistingAddress,
  options: AnyContainerOptions<Needs>,
): PendingExistingPlan {
  if (isDivided(options.isolation)) {
    refuseAddress(address, "names a service that exists already, of whose `isolation.parts` nobody could keep count");
  }
  if (options.isolation !== undefined) {
    refuseAddress(address, "names a service of which there is one, so that it cannot have `isolation`");
  }
  const ports = (options.ports ?? []).map(portSpec);
  const probe = probeOf(options, defaultProbe(ports, {}));
  const { startTimeoutMs, attemptTimeoutMs } = planTerms(options);
  const fingerprint = { probe: probeFingerprint(probe) };
  return planExistingContainer(address, ports, { probe, startTimeoutMs, attemptTimeoutMs, fingerprint });
}

function probeOf({ health }: Pick<ContainerOptions, "health">, otherwise: Probe | undefined): Probe | undefined {
  return health === false ? undefined : (health ?? otherwise);
}

function environmentOf<Needs extends Dependencies>(
  { env = {} }: AnyContainerOptions<Needs>,
  dependencies: DependencyHandles,
): Readonly<Record<string, string>> {
  // The handles were made from this very `dependsOn`, so they are of the types it promises.
  return typeof env === "function" ? env(dependencies as HandlesOf<Needs>) : env;
}

function portSpec(port: NonNullable<ContainerOptions["ports"]>[number]): PortSpec {
  return typeof port === "number" ? { containerPort: port, protocol: "tcp" } : { protocol: "tcp", ...port };
}

function defaultProbe(ports: readonly PortSpec[], options: Pick<ContainerOptions, "healthCheck">): Probe | undefined {
  const isChecked = options.healthCheck !== undefined && options.healthCheck !== false;
  const probes = [
    ...ports.filter(({ protocol }) => protocol === "tcp").map(({ containerPort }) => tcp(containerPort)),
    ...(isChecked ? [healthCheck()] : []),
  ];
  return probes.length === 0 ? undefined : all(...probes);
}

/**
 * A probe of the user's own counts by its name and its source text, which may be that of its class: that is all that can be
 * known of it beforehand. What else it holds, such as a client, is not ours to write down.
 */
function probeFingerprint(probe: Probe | undefined): Json {
  const text = JSON.stringify(probe ?? null, (_key, value: unknown) => {
    if (isOwnProbe(value)) return { name: value.name, check: String(value.check) };
    return typeof value === "function" ? String(value) : value;
  });
  return parseJson<Json>(text);
}

function isOwnProbe(value: unknown): value is { readonly name: unknown; readonly check: unknown } {
  return isObject(value) && "name" in value && "check" in value && !("kind" in value);
}
