import { isObject } from "../../errors/is-object.ts";
import { all, tcp } from "../../health/probes.ts";
import type { Probe } from "../../health/probe.ts";
import type { Json, PortSpec } from "../../spec/container-spec.ts";
import { defined } from "../../spec/defined.ts";
import { parseJson } from "../../spec/parse-json.ts";
import { planSpec } from "../plan-spec.ts";
import { planTerms } from "../resolve-options.ts";
import type { Dependencies, DependencyHandles, PendingPlan, PlanContext, ServiceKind } from "../service-definition.ts";
import type { ExistingAddress, PendingExistingPlan } from "../existing-service.ts";
import { refuseAddress } from "../existing-service.ts";
import { planExistingContainer } from "./existing-container.ts";
import type { GenericContainer } from "./generic-container.ts";
import type { ContainerOptions, HandlesOf } from "./generic-options.ts";
import { isolationFingerprint } from "./reset-plan.ts";
import { SharedContainer } from "./shared-container.ts";

/** How any container is run. It is shared, or there are several: a stranger's service could be divided by nothing. */
export function genericKind<Needs extends Dependencies>(
  image: string,
  options: ContainerOptions<Needs>,
): ServiceKind<SharedContainer, GenericContainer> {
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
    attach: (connection, access) => new SharedContainer(connection, access, options.isolation),
    isolate: (handle, isolateOptions) => handle.isolate(isolateOptions),
  };
}

async function plan<Needs extends Dependencies>(
  image: string,
  options: ContainerOptions<Needs>,
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
  const probe = probeOf(options, ports);
  const isolation = options.isolation === undefined ? {} : { isolation: isolationFingerprint(options.isolation) };
  const fingerprint = { probe: probeFingerprint(probe), ...isolation };
  const rest = { probe, ...planTerms(options), fingerprint, details: {} };
  return (dependencies) => ({ spec: specWith(environmentOf(options, dependencies)), ...rest });
}

function planExisting<Needs extends Dependencies>(
  address: ExistingAddress,
  options: ContainerOptions<Needs>,
): PendingExistingPlan {
  if (options.isolation !== undefined) {
    refuseAddress(address, "names a service of which there is one, so that it cannot have `isolation`");
  }
  const ports = (options.ports ?? []).map(portSpec);
  const probe = probeOf(options, ports);
  const { startTimeoutMs, attemptTimeoutMs } = planTerms(options);
  const fingerprint = { probe: probeFingerprint(probe) };
  return planExistingContainer(address, ports, { probe, startTimeoutMs, attemptTimeoutMs, fingerprint });
}

function probeOf({ health }: Pick<ContainerOptions, "health">, ports: readonly PortSpec[]): Probe | undefined {
  return health === false ? undefined : (health ?? defaultProbe(ports));
}

function environmentOf<Needs extends Dependencies>(
  { env = {} }: ContainerOptions<Needs>,
  dependencies: DependencyHandles,
): Readonly<Record<string, string>> {
  // The handles were made from this very `dependsOn`, so they are of the types it promises.
  return typeof env === "function" ? env(dependencies as HandlesOf<Needs>) : env;
}

function portSpec(port: NonNullable<ContainerOptions["ports"]>[number]): PortSpec {
  return typeof port === "number" ? { containerPort: port, protocol: "tcp" } : { protocol: "tcp", ...port };
}

function defaultProbe(ports: readonly PortSpec[]): Probe | undefined {
  const listening = ports.filter(({ protocol }) => protocol === "tcp").map(({ containerPort }) => tcp(containerPort));
  return listening.length === 0 ? undefined : all(...listening);
}

/**
 * A probe of the user's own counts by its name and its source text, which may be that of its class: that is all that can be
 * known of it beforehand. What else it holds, such as a client, is not ours to write down.
 */
function probeFingerprint(probe: Probe | undefined): Json {
  const text = JSON.stringify(probe ?? null, (_key, value: unknown) =>
    isOwnProbe(value) ? { name: value.name, check: String(value.check) } : value,
  );
  return parseJson<Json>(text);
}

function isOwnProbe(value: unknown): value is { readonly name: unknown; readonly check: unknown } {
  return isObject(value) && "name" in value && "check" in value && !("kind" in value);
}
