import type { ServiceConnection } from "../container/service-connection.ts";
import { ContainerMeter } from "../metrics/container-meter.ts";
import { unwatched } from "../metrics/service-metrics.ts";
import { monitorContainer } from "../resources/monitor-container.ts";
import type { ContainerAccess } from "../services/container-access.ts";
import type { IsolateOptions } from "../services/isolate-options.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";
import { systemClock } from "../time/system-clock.ts";
import { connectEngine } from "./connect-engine.ts";
import { findEngine } from "./engine-endpoint.ts";
import { EngineOnDemand } from "./engine-on-demand.ts";
import { existingAccess } from "./existing-access.ts";
import { PartsOnDemand } from "./parts-on-demand.ts";

/** A service that another process runs. Disposing closes what this process has open to it; the service goes on. */
export interface AttachedService<Handle, Isolated> extends AsyncDisposable {
  /** What it is used through. */
  readonly handle: Handle;
  /** A part of it that belongs to the caller alone, who disposes it; the service itself where it has no parts. */
  isolate(options?: IsolateOptions): Promise<Isolated>;
}

/**
 * A handle on a service that another process runs, from what that process's `environment.connections` says of it. Talks to
 * nobody until it is used; the caller disposes it.
 *
 * @param definition - The service as the configuration describes it.
 */
export async function attachService<Handle, Isolated>(
  definition: ServiceDefinition<Handle, Isolated>,
  connection: ServiceConnection,
): Promise<AttachedService<Handle, Isolated>> {
  const kind = await (connection.fallback === undefined ? definition : fallbackOf(definition)).load();
  const engine = new EngineOnDemand(async () => connectEngine(await findEngine(systemClock), systemClock));
  const parts = new PartsOnDemand(connection);
  const access =
    connection.existing === undefined ? remoteAccess(connection, engine, parts) : existingAccess(connection, parts);
  const handle = kind.attach(connection, access);
  return {
    handle,
    isolate: (options) => kind.isolate(handle, options),
    [Symbol.asyncDispose]: async () => {
      await using _engine = engine;
      await using _parts = parts;
      await handle[Symbol.asyncDispose]();
    },
  };
}

/** What takes the place of a service; of one that a function gives it is known only that it is of the same kind. */
function fallbackOf<Handle, Isolated>(
  definition: ServiceDefinition<Handle, Isolated>,
): ServiceDefinition<Handle, Isolated> {
  const { fallback } = definition.options.recovery ?? {};
  // Of the same kind, which was checked, and so with the same handle.
  return typeof fallback === "object" ? (fallback as ServiceDefinition<Handle, Isolated>) : definition;
}

/** Asks the engine, and makes parts itself: no coordinator knows this process. */
function remoteAccess({ id, name }: ServiceConnection, engine: EngineOnDemand, parts: PartsOnDemand): ContainerAccess {
  const meter = new ContainerMeter(id, systemClock);
  return {
    metrics: async () => {
      const container = await meter.read(await engine.connect());
      return { ...unwatched(name, systemClock.now()), ...(container !== undefined && { container }) };
    },
    takePart: (signal) => parts.take(signal),
    givePart: (part) => parts.give(part),
    state: () => "running", // It was, when it was handed out; only its owner watches it.
    exec: async (command, options, signal) => (await engine.connect()).exec(id, command, options, signal),
    logs: async (tailLines, signal) => (await engine.connect()).logs(id, tailLines, signal),
    stats: async (signal) => (await engine.connect()).stats(id, signal),
    monitor: (options) => monitorContainer(() => engine.connect(), systemClock, id, options),
  };
}
