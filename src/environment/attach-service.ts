import type { ContainerBackend } from "../backend/container-backend.ts";
import type { ServiceConnection } from "../container/service-connection.ts";
import type { ContainerAccess } from "../services/container-access.ts";
import type { IsolateOptions } from "../services/isolate-options.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";
import { systemClock } from "../time/system-clock.ts";
import { connectEngine } from "./connect-engine.ts";
import { findEngine } from "./engine-endpoint.ts";

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
  const kind = await definition.load();
  const handle = kind.attach(connection, remoteAccess(connection.id));
  return {
    handle,
    isolate: (options) => kind.isolate(handle, options),
    [Symbol.asyncDispose]: async () => {
      await handle[Symbol.asyncDispose]();
    },
  };
}

/** Connects to the engine when it is first asked for something. */
function remoteAccess(id: string): ContainerAccess {
  let connecting: Promise<ContainerBackend> | undefined;
  const backend = (): Promise<ContainerBackend> =>
    (connecting ??= findEngine(systemClock).then((engine) => connectEngine(engine, systemClock)));
  return {
    state: () => "running", // It was, when it was handed out; only its owner watches it.
    exec: async (command, options, signal) => (await backend()).exec(id, command, options, signal),
    logs: async (tailLines, signal) => (await backend()).logs(id, tailLines, signal),
    stats: async (signal) => (await backend()).stats(id, signal),
  };
}
