import { isDeepStrictEqual } from "node:util";
import type { ContainerRuntimeClient } from "testcontainers";
import { getContainerRuntimeClient } from "testcontainers";
import { messageOf } from "../../errors/describe.ts";
import { EngineUnavailableError } from "../../errors/engine-unavailable-error.ts";
import { abortable } from "../../time/abortable.ts";
import type { Clock } from "../../time/clock.ts";
import { Deadline } from "../../time/deadline.ts";
import type { ContainerBackend, EngineInfo } from "../container-backend.ts";
import { EngineClient } from "../engine-api/engine-client.ts";
import type { EngineCredentials } from "../engine-api/engine-connection.ts";
import { EngineConnection } from "../engine-api/engine-connection.ts";
import { socketAddress } from "../engine-api/socket-address.ts";
import type { EngineCaretaker } from "../engine-caretaker.ts";
import type { RequestedEngine } from "../requested-engine.ts";
import { assertEngineAnswers } from "../engine-api/assert-engine-answers.ts";
import { DockerBackend } from "./docker-backend.ts";
import { hostAddresses } from "./host-addresses.ts";

/** How long an engine may then take to say what it is, in milliseconds. */
const INTRODUCTION_TIMEOUT_MS = 10_000;

/** Which engine to connect to, and how. */
export interface ConnectOptions {
  /** The engine the user asked for; when absent, the usual places are searched. */
  readonly requested: RequestedEngine | undefined;
  /** Whether this process itself runs in a container. */
  readonly isInContainer: boolean;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to the engine that was asked for, or to the one Testcontainers finds when none was.
 *
 * @throws EngineUnavailableError when it does not answer; another engine is never used in its place, although
 * Testcontainers itself would go on to the default socket.
 */
export async function connectToEngine(options: ConnectOptions): Promise<ContainerBackend> {
  const { requested, clock, signal } = options;
  if (requested !== undefined) await assertEngineAnswers(requested, clock, signal);
  const client = await findClient(options);
  const endpoint = endpointOf(client);
  if (requested !== undefined) assertSameEngine(requested, client, endpoint);
  const engine = await engineInfo(client, endpoint, options.isInContainer);
  return new DockerBackend({ client, caretaker: caretakerOf(client, endpoint, clock), engine, clock });
}

async function findClient({ requested, clock, signal }: ConnectOptions): Promise<ContainerRuntimeClient> {
  const asked = requested ?? { endpoint: "any of the usual sockets", origin: "the defaults" };
  using deadline = new Deadline({
    clock,
    timeoutMs: INTRODUCTION_TIMEOUT_MS,
    signal,
    onExpire: () => new EngineUnavailableError({ ...asked, reason: `no answer within ${INTRODUCTION_TIMEOUT_MS} ms` }),
  });
  try {
    return await abortable(getContainerRuntimeClient(), deadline.signal);
  } catch (error) {
    deadline.signal.throwIfAborted();
    throw new EngineUnavailableError({ ...asked, reason: messageOf(error) }, error);
  }
}

/** What we need to know of the connection that Testcontainers has. */
interface Modem extends EngineCredentials {
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: string | number;
  readonly protocol: string;
}

function modemOf(client: ContainerRuntimeClient): Modem {
  const modem: unknown = client.container.dockerode.modem;
  return modem as Modem;
}

function endpointOf(client: ContainerRuntimeClient): string {
  const { socketPath, host, port } = modemOf(client);
  return socketPath === undefined ? `tcp://${host ?? "localhost"}:${port ?? 2375}` : `unix://${socketPath}`;
}

/** Speaks to the engine that Testcontainers found, with the same credentials. */
function caretakerOf(client: ContainerRuntimeClient, endpoint: string, clock: Clock): EngineCaretaker {
  const { protocol, ca, cert, key } = modemOf(client);
  const credentials = protocol === "https" ? () => Promise.resolve({ ca, cert, key }) : undefined;
  const address = socketAddress({ endpoint, origin: "Testcontainers" });
  return new EngineClient(new EngineConnection({ address, credentials }), clock);
}

/** Testcontainers remembers its first client for the life of the process, whatever is asked for later. */
function assertSameEngine(requested: RequestedEngine, client: ContainerRuntimeClient, endpoint: string): void {
  const isSame = isDeepStrictEqual(socketAddress(requested), socketAddress({ ...requested, endpoint }));
  if (isSame) return;
  const reason = `Testcontainers connected to ${endpoint} (${client.info.containerRuntime.operatingSystem}) in its place`;
  throw new EngineUnavailableError({ ...requested, reason });
}

async function engineInfo(
  client: ContainerRuntimeClient,
  endpoint: string,
  isInContainer: boolean,
): Promise<EngineInfo> {
  const { host, serverVersion, operatingSystem } = client.info.containerRuntime;
  const hasLocalSocket = endpoint.startsWith("unix:");
  return {
    endpoint,
    version: String(serverVersion),
    ...(await hostAddresses({ host, hasLocalSocket, isInContainer })),
    isLocal: hasLocalSocket && process.platform === "linux" && operatingSystem !== "Docker Desktop",
  };
}
