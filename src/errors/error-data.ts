import { CapacityError } from "./capacity-error.ts";
import { CleanupError } from "./cleanup-error.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { CoordinatorError } from "./coordinator-error.ts";
import { CreationError } from "./creation-error.ts";
import { messageOf } from "./describe.ts";
import { EngineRequestError } from "./engine-request-error.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import { HealthError } from "./health-error.ts";
import { isObject } from "./is-object.ts";
import { IsolationError } from "./isolation-error.ts";
import { LifecycleError } from "./lifecycle-error.ts";
import { MigrationError } from "./migration-error.ts";
import { ProbeError } from "./probe-error.ts";
import { ResourceError } from "./resource-error.ts";
import { StartError } from "./start-error.ts";
import { TimeoutError } from "./timeout-error.ts";
import { UnsupportedError } from "./unsupported-error.ts";

/** An error as plain data, for another process. */
export interface ErrorData {
  /** Its name, such as `MigrationError`. */
  readonly name: string;
  /** What it says. */
  readonly message: string;
  /** Where it was thrown. */
  readonly stack?: string | undefined;
  /** Its stable code, if it has one. */
  readonly code?: string | undefined;
  /** Its details, if it has any. */
  readonly details?: unknown;
  /** What caused it. */
  readonly cause?: ErrorData | undefined;
  /** What it brings together, if it is about several. */
  readonly errors?: readonly ErrorData[] | undefined;
}

const classes = [
  CapacityError,
  CleanupError,
  ConfigurationError,
  CoordinatorError,
  CreationError,
  EngineRequestError,
  EngineUnavailableError,
  HealthError,
  IsolationError,
  LifecycleError,
  MigrationError,
  ProbeError,
  ResourceError,
  StartError,
  TimeoutError,
  UnsupportedError,
];

/** How many causes of causes are told. */
export const MAX_CAUSES = 5;

/** Turns whatever was thrown into plain data. */
export function toErrorData(thrown: unknown, depth = 0): ErrorData {
  if (!isObject(thrown)) return { name: "Error", message: String(thrown) };
  const { name, stack, code, details, cause, errors } = thrown as Readonly<Record<string, unknown>>;
  return {
    name: typeof name === "string" ? name : "Error",
    message: messageOf(thrown),
    ...(typeof stack === "string" && { stack }),
    ...(typeof code === "string" && { code }),
    ...(details !== undefined && { details: plain(details) }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: toErrorData(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < MAX_CAUSES && { errors: errors.map((error: unknown) => toErrorData(error, depth + 1)) }),
  };
}

/** Makes an error of the same class, code, details and words again, as far as the class is one of Cleanroom's. */
export function reviveError(data: ErrorData): Error {
  const { name, message, stack, code, details, cause, errors } = data;
  const own = classes.find(({ prototype }) => prototype.name === name);
  // Made as its class makes it, but without the constructor, which would put the message together anew.
  const given = [message, cause === undefined ? undefined : { cause: reviveError(cause) }];
  const error = Reflect.construct(Error, given, own ?? Error) as Error;
  if (own === undefined) define(error, "name", name);
  if (stack !== undefined) define(error, "stack", stack);
  // Enumerable, as the fields of the class are.
  if (code !== undefined) Object.assign(error, { code });
  if (details !== undefined) Object.assign(error, { details });
  if (errors !== undefined) Object.assign(error, { errors: errors.map(reviveError) });
  return error;
}

function define(error: Error, property: "name" | "stack", value: string): void {
  Object.defineProperty(error, property, { value, configurable: true, writable: true });
}

function plain(details: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(details)) as unknown;
  } catch {
    return undefined; // Of somebody else's error; Cleanroom's own details are plain.
  }
}
