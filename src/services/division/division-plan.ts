import type { ServiceConnection } from "../../container/service-connection.ts";
import { hostPort } from "../../container/host-port.ts";
import { isCleanroomError } from "../../errors/cleanroom-error.ts";
import { messageOf } from "../../errors/describe.ts";
import type { Json, PortSpec } from "../../spec/container-spec.ts";
import type { ServicePlan } from "../../container/service-plan.ts";
import { abortable } from "../../time/abortable.ts";
import { firstPort } from "../generic/first-port.ts";
import type { DividedServer, Division } from "./division.ts";
import { ownCodeFailure } from "./own-code.ts";

/** What dividing a server adds to its plan. */
export function divisionPlan(division: Division<object>): Pick<ServicePlan, "parts" | "prepare"> {
  const { prepare } = division;
  return {
    parts: "own",
    ...(prepare !== undefined && { prepare: (connection, signal) => prepareParts(prepare, connection, signal) }),
  };
}

/** What of it makes a difference to what is made of a server. Functions count by their source text. */
export function divisionFingerprint({ fingerprint = null, prepare, open }: Division<object>): Json {
  return { fingerprint, prepare: prepare === undefined ? null : String(prepare), open: String(open) };
}

async function prepareParts(
  prepare: NonNullable<Division<object>["prepare"]>,
  connection: ServiceConnection,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { name } = connection;
  const work = async (): Promise<unknown> => prepare(serverAt(connection), signal);
  try {
    await abortable(work(), signal);
    return {};
  } catch (error) {
    signal.throwIfAborted();
    if (isCleanroomError(error)) throw error;
    const task = { container: name, operation: `prepare the parts of ${name}`, method: "prepare" };
    throw ownCodeFailure(task, messageOf(error), error);
  }
}

function serverAt(connection: ServiceConnection): DividedServer {
  const { name, host } = connection;
  const port = (containerPort?: number, protocol?: PortSpec["protocol"]): number =>
    hostPort(connection, containerPort ?? firstPort(connection), protocol);
  return { name, host, port };
}
