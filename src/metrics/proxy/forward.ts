import type { Socket } from "node:net";
import { connect } from "node:net";
import type { Clock } from "../../time/clock.ts";
import { Exchanges } from "./exchanges.ts";
import type { TrafficRecord } from "./traffic-record.ts";

/** Where a service answers. */
export interface ServiceAddress {
  /** Host name or address. */
  readonly host: string;
  /** Port. */
  readonly port: number;
}

/**
 * Passes every byte on in both directions, as fast as either side takes them, and each side's end and failure. Returns the
 * connection to the service, which the caller owns as it does the client's.
 */
export function forward(client: Socket, address: ServiceAddress, record: TrafficRecord, clock: Clock): Socket {
  const service = connect({ ...address, allowHalfOpen: true, noDelay: true });
  const exchanges = new Exchanges(record, clock);
  const close = record.noteOpen(exchanges);
  client.on("data", (chunk: Buffer) => {
    record.noteSent(chunk.length);
    exchanges.noteRequest();
  });
  service.on("data", (chunk: Buffer) => {
    record.noteReceived(chunk.length);
    exchanges.noteAnswer(chunk);
  });
  client.pipe(service).pipe(client);
  let hasFailed = false;
  const fail = (other: Socket): void => {
    if (!hasFailed) record.noteFailure();
    hasFailed = true;
    exchanges.noteFailure();
    other.resetAndDestroy(); // As it would have seen it without a proxy.
  };
  client.once("error", () => {
    fail(service);
  });
  service.once("error", () => {
    fail(client);
  });
  client.once("close", () => service.destroySoon());
  service.once("close", () => {
    exchanges.settle();
    close();
    client.destroySoon();
  });
  return service;
}
