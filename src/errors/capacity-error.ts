import { CleanroomError } from "./cleanroom-error.ts";
import { lines } from "./describe.ts";

/** Which service found no room, and who has what there is. */
export interface CapacityErrorDetails {
  /** Name of the service that was asked for. */
  readonly container: string;
  /** How many containers there may be. */
  readonly maxContainers: number;
  /** Each container in use, and by whom. */
  readonly holders: readonly string[];
  /** Whether waiting would never have ended: whoever has them is who asks, or waits himself. */
  readonly isDeadlock?: boolean;
}

/** All the containers that a project may have are in use, and its configuration says to fail then, or nobody would give one back. */
export class CapacityError extends CleanroomError {
  static {
    this.prototype.name = "CapacityError";
  }

  readonly code = "CLEANROOM_CAPACITY";
  readonly details: CapacityErrorDetails;

  constructor(details: CapacityErrorDetails) {
    super(describe(details));
    this.details = details;
  }
}

function describe({ container, maxContainers, holders, isDeadlock = false }: CapacityErrorDetails): string {
  return lines(
    `${container} cannot start: all ${maxContainers} containers that \`capacity.maxContainers\` allows are in use.`,
    ...holders.map((holder) => `  ${holder}`),
    isDeadlock
      ? "Raise it: whoever has them keeps them until his session ends, so there is nothing to wait for."
      : 'Raise it, or set `capacity.whenFull` to "wait".',
  );
}
