import { CleanroomError } from "./cleanroom-error.ts";
import { describeKept } from "./describe-kept.ts";
import { describeLogs, lines } from "./describe.ts";

/** What a container can run out of. */
export type LimitedResource = "cpu" | "memory" | "disk" | "network" | "pids";

/** The codes of `ResourceError`, one for each decision: to give it more of that, or to find out why it needs so much. */
export type ResourceErrorCode =
  | "CLEANROOM_OUT_OF_CPU"
  | "CLEANROOM_OUT_OF_MEMORY"
  | "CLEANROOM_OUT_OF_DISK"
  | "CLEANROOM_OUT_OF_NETWORK"
  | "CLEANROOM_OUT_OF_PROCESSES";

/** Which limit was hit, by whom. */
export interface ResourceErrorDetails {
  /** Name of the service. */
  readonly container: string;
  /** What ran out. */
  readonly resource: LimitedResource;
  /** Whether it was killed for it, or was refused more and then failed. */
  readonly outcome: "killed" | "refused";
  /** The option that sets the limit, for example `limits.pids`. */
  readonly option: string;
  /**
   * The limit: bytes of memory or disk, bits per second of a network, cores, or a number of processes and threads; absent when
   * only the machine's own was the limit, or when it is not known which of several was.
   */
  readonly limit?: number;
  /** Where in the container the limit holds; absent when it holds for all of it, or when that is not known. */
  readonly path?: string;
  /** What was seen, in the unit of the limit; absent when the kernel, which enforces it, tells no figure. */
  readonly observed?: number;
  /** The container's last log lines. */
  readonly logTail: string;
  /** What the container is called in the engine from then on, where it is kept to be looked at. */
  readonly keptAs?: string;
}

interface Wording {
  readonly code: ResourceErrorCode;
  readonly noun: string;
  readonly unit: string;
}

const wordings: Readonly<Record<LimitedResource, Wording>> = {
  cpu: { code: "CLEANROOM_OUT_OF_CPU", noun: "CPU", unit: "cores" },
  memory: { code: "CLEANROOM_OUT_OF_MEMORY", noun: "memory", unit: "bytes" },
  disk: { code: "CLEANROOM_OUT_OF_DISK", noun: "disk", unit: "bytes" },
  network: { code: "CLEANROOM_OUT_OF_NETWORK", noun: "network", unit: "bits per second" },
  pids: { code: "CLEANROOM_OUT_OF_PROCESSES", noun: "processes and threads", unit: "" },
};

/** A container reached one of its limits: it was killed for that, or could not go on. */
export class ResourceError extends CleanroomError {
  static {
    this.prototype.name = "ResourceError";
  }

  readonly code: ResourceErrorCode;
  readonly details: ResourceErrorDetails;

  constructor(details: ResourceErrorDetails, cause?: unknown) {
    super(describe(details), { cause });
    this.code = wordings[details.resource].code;
    this.details = details;
  }
}

function describe(details: ResourceErrorDetails): string {
  const { container, resource, outcome, option, observed, logTail, keptAs } = details;
  const { noun } = wordings[resource];
  const did = outcome === "killed" ? "was killed because it used" : "could not go on because it needed";
  const seen = observed === undefined ? "" : ` (it was at ${amountOf(resource, observed)})`;
  return lines(
    `${container} ${did} more ${noun} than ${describeLimit(details)}${seen}.`,
    `Raise \`${option}\`, or make it use less.`,
    describeLogs(logTail),
    describeKept(keptAs, "has ended"),
  );
}

function describeLimit({ resource, limit, path }: ResourceErrorDetails): string {
  if (limit === undefined) return resource === "memory" ? "the machine's memory" : "it may";
  const where = path === undefined ? "" : ` at ${path}`;
  return `its limit of ${amountOf(resource, limit)}${where}`;
}

function amountOf(resource: LimitedResource, value: number): string {
  return `${value} ${wordings[resource].unit}`.trimEnd();
}
