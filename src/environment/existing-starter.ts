import { createHash } from "node:crypto";
import type { ServiceConnection } from "../container/service-connection.ts";
import { HealthError } from "../errors/health-error.ts";
import { TimeoutError } from "../errors/timeout-error.ts";
import { describeProbe } from "../health/describe-probe.ts";
import type { ProbeTarget } from "../health/probe.ts";
import type { ReadinessTrace } from "../health/wait-until-healthy.ts";
import { waitUntilHealthy } from "../health/wait-until-healthy.ts";
import { StateMachine } from "../lifecycle/state-machine.ts";
import { hostPort } from "../container/host-port.ts";
import type { ExistingAddress, ExistingPlan } from "../services/existing-service.ts";
import { hostOf, shownUrl } from "../services/existing-service.ts";
import type { ServiceKind } from "../services/service-definition.ts";
import { abortable } from "../time/abortable.ts";
import { Deadline } from "../time/deadline.ts";
import { existingAccess, nothingInside } from "./existing-access.ts";
import { LeasedParts } from "./leased-parts.ts";
import { CurrentConnection } from "./current-connection.ts";
import { ManagedService } from "./managed-service.ts";
import type { AnyService } from "./service-catalog.ts";
import { planContext, type StarterContext } from "./service-starter.ts";

/** A service that exists already, whose files have been read. */
export interface PlannedExisting {
  /** Name of the service. */
  readonly name: string;
  /** What it is. */
  readonly kind: ServiceKind<unknown, unknown>;
  /** Where it is. */
  readonly address: ExistingAddress;
  /** How it is used. */
  readonly plan: ExistingPlan;
  /** Why it takes another's place; absent of one that a variable names. */
  readonly fallback?: ServiceConnection["fallback"];
}

/**
 * Reads the files that the options of a service name which exists already; connects to nothing.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export async function planExisting(
  address: ExistingAddress,
  definition: AnyService,
  context: StarterContext,
): Promise<PlannedExisting> {
  const { name } = address;
  context.catalog.add(name, definition);
  const kind = await definition.load();
  const passwordFor = (): string => ""; // Whoever made it chose its passwords.
  const plan = await kind.planExisting(address)({ ...planContext(name, definition, context), passwordFor });
  return { name, kind, address, plan };
}

/**
 * A service that exists already, once it answers and what its parts are made from is initialised.
 *
 * @throws HealthError when it does not answer; TimeoutError; ConfigurationError when its address turns out to be wrong; and what
 * its initialisation throws.
 */
export async function useExisting(
  planned: PlannedExisting,
  { clock }: StarterContext,
  signal: AbortSignal,
): Promise<ManagedService> {
  const { name, kind, plan } = planned;
  const timeoutMs = plan.startTimeoutMs;
  const trace: ReadinessTrace = { attempts: 0, lastResults: [], isHealthy: plan.probe === undefined };
  const onExpire = (elapsedMs: number): Error =>
    trace.isHealthy
      ? new TimeoutError({ operation: `initialise ${name}`, phase: "initialise", timeoutMs, elapsedMs })
      : unhealthy(planned, trace);
  using deadline = new Deadline({ clock, timeoutMs, signal, onExpire });
  if (plan.probe !== undefined) {
    const { attemptTimeoutMs } = plan;
    const options = { clock, attemptTimeoutMs, trace, signal: deadline.signal };
    await waitUntilHealthy(plan.probe, targetOf(planned), options);
  }
  const connection = connectionTo(planned);
  const told = await abortable(plan.prepare?.(connection, deadline.signal) ?? Promise.resolve({}), deadline.signal);
  const initialised = { ...connection, details: { ...connection.details, ...told } };
  const parts = new LeasedParts(initialised, clock);
  const own = await ownPart(planned, parts, deadline.signal);
  const complete = { ...initialised, details: { ...initialised.details, ...own } };
  const machine = new StateMachine("it exists already", () => undefined, "ready");
  const handle = kind.attach(complete, existingAccess(complete, parts));
  return new ManagedService(`existing:${name}`, new CurrentConnection(complete), { handle, parts }, machine);
}

async function ownPart(
  { plan: { withOwnPart } }: PlannedExisting,
  parts: LeasedParts,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  if (withOwnPart === undefined) return {};
  try {
    return withOwnPart(await parts.take(signal));
  } catch (error) {
    await parts[Symbol.asyncDispose]().catch(() => undefined); // What failed first is told.
    throw error;
  }
}

function connectionTo({ name, address, plan, fallback }: PlannedExisting): ServiceConnection {
  const { variable, url } = address;
  const { ports, details, parts, fingerprint } = plan;
  const identity = [name, shownUrl(url), fingerprint];
  return {
    name,
    id: "",
    image: "",
    key: createHash("sha256").update(JSON.stringify(identity)).digest("hex"),
    host: hostOf(url),
    ports,
    details,
    existing: { variable, url: url.href },
    ...(fallback !== undefined && { fallback }),
    ...(parts !== undefined && { parts }),
  };
}

function targetOf({ name, address: { url, variable }, plan: { ports } }: PlannedExisting): ProbeTarget {
  const refuse = (): Promise<never> => Promise.reject(nothingInside(name, variable));
  return {
    host: hostOf(url),
    hostPort: (containerPort) => hostPort({ name, ports }, containerPort),
    isInMemory: () => false,
    exec: refuse,
    statFile: refuse,
    readFile: refuse,
    inspect: refuse,
    stats: refuse,
    measureDisk: refuse,
  };
}

function unhealthy({ name, address, plan }: PlannedExisting, trace: ReadinessTrace): HealthError {
  const { attempts, lastResults, lastFailure } = trace;
  const { probe, startTimeoutMs } = plan;
  const checked = probe === undefined ? "" : `${describeProbe(probe)} of `;
  const details = {
    container: name,
    probe: `${checked}${shownUrl(address.url)} from ${address.variable}`,
    ...{ elapsedMs: startTimeoutMs, attempts, lastResults, logTail: "" },
  };
  return new HealthError(details, lastFailure);
}
