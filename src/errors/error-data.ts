import { BuildError } from "./build-error.ts";
import { CapacityError } from "./capacity-error.ts";
import { CleanupError } from "./cleanup-error.ts";
import { ConfigurationError } from "./configuration-error.ts";
import { CoordinatorError } from "./coordinator-error.ts";
import { CreationError } from "./creation-error.ts";
import { messageOf } from "./describe.ts";
import { EngineRequestError } from "./engine-request-error.ts";
import { EngineUnavailableError } from "./engine-unavailable-error.ts";
import { ExitError } from "./exit-error.ts";
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
  BuildError,
  CapacityError,
  CleanupError,
  ConfigurationError,
  CoordinatorError,
  CreationError,
  EngineRequestError,
  EngineUnavailableError,
  ExitError,
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

/** The longest text that is told whole, in characters: a message may hold all that a program printed. */
const MAX_TEXT_LENGTH = 64 * 1024;

/** The longest details that are told, in characters of JSON. */
const MAX_DETAILS_LENGTH = 256 * 1024;

/** The longest error whose causes are told, in characters of JSON: whatever is longer may be too long to be sent. */
const MAX_LENGTH = 2 * 1024 * 1024;

/** Turns whatever was thrown into plain data, and leaves out what would be too long for another process. */
export function toErrorData(thrown: unknown): ErrorData {
  const data = dataOf(thrown, 0);
  if (JSON.stringify(data).length <= MAX_LENGTH) return data;
  const { cause: _cause, errors: _errors, message, ...rest } = data;
  return { ...rest, message: `${message}\n(What caused it is too long to be told.)` };
}

function dataOf(thrown: unknown, depth: number): ErrorData {
  if (!isObject(thrown)) return { name: "Error", message: cut(String(thrown)) };
  const { name, stack, code, details, cause, errors } = thrown as Readonly<Record<string, unknown>>;
  const told = plain(details);
  const note = told === tooLong ? "\n(Its details are too long to be told.)" : "";
  return {
    name: typeof name === "string" ? cut(name) : "Error",
    message: `${cut(messageOf(thrown))}${note}`,
    ...(typeof stack === "string" && { stack: cut(stack) }),
    ...(typeof code === "string" && { code: cut(code) }),
    ...(told !== undefined && told !== tooLong && { details: told }),
    ...(cause !== undefined && depth < MAX_CAUSES && { cause: dataOf(cause, depth + 1) }),
    ...(Array.isArray(errors) &&
      depth < MAX_CAUSES && { errors: errors.map((error: unknown) => dataOf(error, depth + 1)) }),
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

function cut(text: string): string {
  if (text.length <= MAX_TEXT_LENGTH) return text;
  return `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length - MAX_TEXT_LENGTH} more characters)`;
}

/** Stands for details of which even what is left of their texts is too long. */
const tooLong = Symbol("too long");

function plain(details: unknown): unknown {
  try {
    const text = JSON.stringify(details, (_, value: unknown) => (typeof value === "string" ? cut(value) : value));
    return text.length > MAX_DETAILS_LENGTH ? tooLong : (JSON.parse(text) as unknown);
  } catch {
    return undefined; // Of somebody else's error; Cleanroom's own details are plain.
  }
}
