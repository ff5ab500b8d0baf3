import type { StateMachine } from "../lifecycle/state-machine.ts";
import { monitorContainer } from "../resources/monitor-container.ts";
import type { ContainerAccess } from "../services/container-access.ts";
import type { Clock } from "../time/clock.ts";
import type { CurrentConnection } from "./current-connection.ts";
import type { ServiceClaims } from "./service-claims.ts";
import type { SessionSeat } from "./session-seat.ts";

/** A service as handles of this process know it. */
export interface AccessedService {
  /** Id of the shared service. */
  readonly serviceId: string;
  /** How it is reached. */
  readonly current: CurrentConnection;
  /** Its state, as far as this process knows. */
  readonly machine: StateMachine;
  /** Whether its parts can outlive those who had them. */
  readonly canKeep: boolean;
  /** Has containers described like it for single holders. */
  readonly claims: ServiceClaims;
  /** Where time comes from. */
  readonly clock: Clock;
}

/** What a handle can ask of a service, by the environment's seat in its session. */
export function accessTo(
  { serviceId, current, machine, canKeep, claims, clock }: AccessedService,
  seat: SessionSeat,
): ContainerAccess {
  const { id } = current.value; // It stays what it is when it is restarted.
  return {
    connection: () => current.value,
    health: () => seat.member.healthOf(serviceId),
    metrics: () => seat.member.metricsOf(serviceId),
    restart: () => seat.member.restart(serviceId),
    takePart: (signal) => seat.member.takePart(serviceId, signal),
    canKeepParts: canKeep,
    givePart: (part, keepForMs = 0) => seat.member.givePart(serviceId, part, canKeep ? keepForMs : 0),
    claim: (options) => claims.claim(options),
    state: () => machine.state,
    error: () => machine.error,
    exec: async (command, options, signal) => (await seat.connect()).exec(id, command, options, signal),
    logs: async (tailLines, signal) => (await seat.connect()).logs(id, tailLines, signal),
    stats: async (signal) => (await seat.connect()).stats(id, signal),
    monitor: (options) => monitorContainer(() => seat.connect(), clock, id, options),
  };
}
