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
}

/** All the containers that a project may have are in use, and its configuration says to fail then. */
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

function describe({ container, maxContainers, holders }: CapacityErrorDetails): string {
  return lines(
    `${container} cannot start: all ${maxContainers} containers that \`capacity.maxContainers\` allows are in use.`,
    ...holders.map((holder) => `  ${holder}`),
    'Raise it, or set `capacity.whenFull` to "wait".',
  );
}
