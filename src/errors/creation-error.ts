import { CleanroomError } from "./cleanroom-error.ts";
import { describeOutput, lines } from "./describe.ts";

/** Why a container could not be created; each has a code of its own. */
export type CreationFailure =
  | "image-not-found"
  | "image-unauthorized"
  | "registry-unreachable"
  | "name-conflict"
  | "port-in-use"
  | "init-failed"
  | "refused";

/** The codes of `CreationError`, one for each failure. */
export type CreationErrorCode =
  | "CLEANROOM_IMAGE_NOT_FOUND"
  | "CLEANROOM_IMAGE_UNAUTHORIZED"
  | "CLEANROOM_REGISTRY_UNREACHABLE"
  | "CLEANROOM_NAME_CONFLICT"
  | "CLEANROOM_PORT_IN_USE"
  | "CLEANROOM_INIT_FAILED"
  | "CLEANROOM_CREATION_REFUSED";

const codes: Readonly<Record<CreationFailure, CreationErrorCode>> = {
  "image-not-found": "CLEANROOM_IMAGE_NOT_FOUND",
  "image-unauthorized": "CLEANROOM_IMAGE_UNAUTHORIZED",
  "registry-unreachable": "CLEANROOM_REGISTRY_UNREACHABLE",
  "name-conflict": "CLEANROOM_NAME_CONFLICT",
  "port-in-use": "CLEANROOM_PORT_IN_USE",
  "init-failed": "CLEANROOM_INIT_FAILED",
  refused: "CLEANROOM_CREATION_REFUSED",
};

const hints: Readonly<Record<CreationFailure, string>> = {
  "image-not-found":
    "Check the name and the tag, or build it first. Where nothing can be pulled, set CLEANROOM_IMAGE_SUBSTITUTIONS.",
  "image-unauthorized": "Log in to the registry (docker login) with an account that may pull it.",
  "registry-unreachable":
    "Check the network, pull the image beforehand, or set CLEANROOM_IMAGE_SUBSTITUTIONS to an image that is present.",
  "name-conflict": "Another container has this name; remove it.",
  "port-in-use": "Leave out `hostPort` to get a free port, or stop what listens on it.",
  "init-failed": "The commands of `init` run in the container, without a shell, once it is ready. It has been removed.",
  refused: "Check the options of this service.",
};

/** Which container could not be created and why. */
export interface CreationErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** The image as it was asked of the engine. */
  readonly image: string;
  /** What went wrong. */
  readonly failure: CreationFailure;
  /** The engine's own words; of `init-failed`, which command it was, and how it ended. */
  readonly reason: string;
  /** Exit code of the command of `init` that failed; absent when it could not be run, and of all other failures. */
  readonly exitCode?: number;
  /** The last lines that it printed. */
  readonly output?: string;
}

/** The engine did not make the container, as its image, name, ports or options were refused; or a command of `init` failed. */
export class CreationError extends CleanroomError {
  static {
    this.prototype.name = "CreationError";
  }

  readonly code: CreationErrorCode;
  readonly details: CreationErrorDetails;

  constructor(details: CreationErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.code = codes[details.failure];
    this.details = details;
  }
}

function describe({ container, image, failure, reason, output }: CreationErrorDetails): string {
  const printed = output === undefined ? undefined : describeOutput(output);
  return lines(`${container} could not be created from ${image}: ${reason}`, printed, hints[failure]);
}
