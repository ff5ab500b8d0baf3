import { connectImages } from "../backend/engine-api/connect-caretaker.ts";
import type { ContainerBackend } from "../backend/container-backend.ts";
import { coordinatorEnvironment, readEnvironmentVariables } from "../config/environment-variables.ts";
import { packageVersion } from "../config/package-version.ts";
import type { CoordinatorAddress } from "../coordinator/connect-coordinator.ts";
import type { ServiceEvent } from "../coordinator/coordination.ts";
import { RemoteMember } from "../coordinator/remote-member.ts";
import type { StateDirectory } from "../coordinator/state-directory.ts";
import { openCoordinatorPaths, openStateDirectory } from "../coordinator/state-directory.ts";
import type { RequestedEngine } from "../backend/requested-engine.ts";
import type { Clock } from "../time/clock.ts";
import { LastUse } from "../warm/last-use.ts";
import { warmDigest } from "../warm/warm-labels.ts";
import { connectEngine } from "./connect-engine.ts";
import { findEngine } from "./engine-endpoint.ts";
import type { SessionSeat } from "./session-seat.ts";

/**
 * A seat in a session that this process shares with others: the one it was started in, or one of its own.
 *
 * @param newSessionId - What its own would be called; a random id when absent.
 * @throws EngineUnavailableError, CoordinatorError.
 */
export async function takeSharedSeat(
  clock: Clock,
  onEvent: (event: ServiceEvent) => void,
  signal?: AbortSignal,
  newSessionId?: string,
): Promise<SessionSeat> {
  const { session: sessionId } = readEnvironmentVariables();
  const { engine, state, address } = await locateCoordinator(clock, signal);
  const member = await RemoteMember.join(
    address,
    state.secret,
    { sessionId: sessionId ?? newSessionId, onEvent },
    signal,
  );
  let connecting: Promise<ContainerBackend> | undefined;
  const { owner } = state;
  const images = connectImages({ ...address, clock });
  const lastUse = new LastUse(address.paths.directory);
  return {
    member,
    canKeep: true,
    warm: {
      images,
      inspect: (image, asking) => member.inspectImage(image, asking),
      owner,
      digestOf: (key) => warmDigest(owner, packageVersion(), key),
      noteUse: (digest) => lastUse.note(digest),
    },
    isOwnSession: sessionId === undefined,
    secret: state.secret,
    connect: () => {
      connecting ??= connectEngine(engine, clock);
      connecting.catch(() => (connecting = undefined));
      return connecting;
    },
    [Symbol.asyncDispose]: async () => {
      await member[Symbol.asyncDispose]();
      await images[Symbol.asyncDispose]();
      const backend = await connecting?.catch(() => undefined);
      await backend?.[Symbol.asyncDispose]();
    },
  };
}

/** A coordinator that may or may not run, and whose it is. */
export interface CoordinatorLocation {
  /** The engine it looks after. */
  readonly engine: RequestedEngine;
  /** Where its user's files are. */
  readonly state: StateDirectory;
  /** How it is reached and started. */
  readonly address: CoordinatorAddress;
}

/** Where the coordinator for the user's engine is to be found, for this version of Cleanroom. */
export async function locateCoordinator(clock: Clock, signal?: AbortSignal): Promise<CoordinatorLocation> {
  const variables = readEnvironmentVariables();
  const [engine, state] = await Promise.all([findEngine(clock, signal), openStateDirectory(variables)]);
  const { endpoint } = engine;
  const paths = await openCoordinatorPaths(state, endpoint, packageVersion());
  const address: CoordinatorAddress = {
    paths,
    stateDirectory: state.path,
    endpoint,
    certificateDirectory: variables.dockerCertificateDirectory,
    environment: coordinatorEnvironment(),
  };
  return { engine, state, address };
}
