import type { ContainerBackend } from "../backend/container-backend.ts";
import type { WarmStore } from "../container/start-warm.ts";
import type { SessionMember } from "../coordinator/coordination.ts";

/** An environment's seat in a session, and what comes with it. Disposing leaves the session. */
export interface SessionSeat extends AsyncDisposable {
  /** The seat itself. */
  readonly member: SessionMember;
  /** Whether the session is this environment's own, so that it ends with it. */
  readonly isOwnSession: boolean;
  /** Whether somebody looks after services when this process has ended, so that they can be kept. */
  readonly canKeep: boolean;
  /** What passwords are derived from. */
  readonly secret: string;
  /** Where warm images are; absent where nothing outlives this process. */
  readonly warm?: WarmStore | undefined;
  /**
   * The engine, for what only a client can do. Connected to when first asked for.
   *
   * @throws EngineUnavailableError when it does not answer.
   */
  connect(): Promise<ContainerBackend>;
}
