import { randomBytes, randomUUID } from "node:crypto";
import type { ContainerBackend } from "../backend/container-backend.ts";
import { Coordinator } from "../coordinator/coordinator.ts";
import type { ServiceEvent } from "../coordinator/coordination.ts";
import { noJournal } from "../coordinator/journal.ts";
import { LocalMember } from "../coordinator/local-member.ts";
import type { Clock } from "../time/clock.ts";
import type { SessionSeat } from "./session-seat.ts";

/** A coordinator in this process, what its services' passwords are derived from, and who uses it. */
interface LocalCoordinator {
  readonly coordinator: Coordinator;
  readonly secret: string;
  seats: number;
}

const KEY = Symbol.for("cleanroom.localCoordinators");

/** A seat in a session that no other process can join. Environments of this process share services as others would. */
export function takePrivateSeat(
  backend: ContainerBackend,
  clock: Clock,
  onEvent: (event: ServiceEvent) => void,
): SessionSeat {
  const local = coordinatorFor(backend, clock);
  const { coordinator, secret } = local;
  const member = new LocalMember(coordinator, { onEvent });
  local.seats += 1;
  return {
    member,
    canKeep: false,
    isOwnSession: true,
    secret,
    connect: () => Promise.resolve(backend),
    [Symbol.asyncDispose]: async () => {
      await member[Symbol.asyncDispose]();
      local.seats -= 1;
      // What could not be removed stays: nobody is left whom it would be tried for.
      if (local.seats === 0) coordinator.stop();
    },
  };
}

/** One for each engine in the process, which may have loaded this package twice, as a module and as CommonJS. */
function coordinatorFor(backend: ContainerBackend, clock: Clock): LocalCoordinator {
  const shared = globalThis as Partial<Record<symbol, WeakMap<ContainerBackend, LocalCoordinator>>>;
  const coordinators = (shared[KEY] ??= new WeakMap());
  const existing = coordinators.get(backend) ?? newCoordinator(backend, clock);
  coordinators.set(backend, existing);
  return existing;
}

function newCoordinator(caretaker: ContainerBackend, clock: Clock): LocalCoordinator {
  const coordinator = new Coordinator({
    caretaker,
    clock,
    ownership: { owner: randomUUID(), coordinator: randomUUID() },
    journal: noJournal,
    newId: () => randomBytes(5).toString("hex"),
    log: () => undefined, // What goes wrong is in the report of whoever gave the service back.
    stragglerMs: 0,
  });
  return { coordinator, secret: randomBytes(32).toString("base64url"), seats: 0 };
}
