import { ProbeError } from "../errors/probe-error.ts";
import { exchange } from "./exchange.ts";
import type { PostgresProbe, ProbeTarget } from "./probe.ts";

const PROTOCOL_VERSION = 196_608; // 3.0

/** What a server that takes connections says to a stranger: no such role or database, or no entry for it. */
const RECOGNISED_STRANGER = /^(28|3D)/;

/**
 * One attempt of a PostgreSQL probe: says hello and expects to be asked for a password, or to be turned away as a stranger.
 * A server that starts, stops or recovers answers with another error, and one that initialises does not listen on the
 * network.
 *
 * Source: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
 */
export async function checkPostgres({ port }: PostgresProbe, target: ProbeTarget, signal: AbortSignal): Promise<void> {
  const answer = await exchange({ host: target.host, port: target.hostPort(port) }, startupMessage(), signal);
  if (answer[0] === "R".charCodeAt(0)) return;
  if (RECOGNISED_STRANGER.test(errorField(answer, "C") ?? "")) return;
  throw new ProbeError(errorField(answer, "M") ?? "an answer that is not PostgreSQL's");
}

function startupMessage(): Buffer {
  const parameters = Buffer.from("user\0cleanroom\0database\0postgres\0\0");
  const header = Buffer.alloc(8);
  header.writeInt32BE(header.length + parameters.length, 0);
  header.writeInt32BE(PROTOCOL_VERSION, 4);
  return Buffer.concat([header, parameters]);
}

/** A field of an ErrorResponse, by the letter that marks it: `C` is the SQLSTATE code, `M` the text for people. */
function errorField(answer: Buffer, letter: string): string | undefined {
  const fields = answer.subarray(5).toString().split("\0");
  return fields.find((field) => field.startsWith(letter))?.slice(1);
}
