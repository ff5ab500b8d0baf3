import type { ServiceConnection } from "../container/service-connection.ts";
import type { PlanTerms } from "../container/service-plan.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { Probe } from "../health/probe.ts";
import type { Json } from "../spec/container-spec.ts";
import { portKey } from "../spec/port-key.ts";
import type { PlanContext } from "./service-definition.ts";

/** Where a service answers that exists already, as an environment variable says. */
export interface ExistingAddress {
  /** Name of the service. */
  readonly name: string;
  /** The environment variable. */
  readonly variable: string;
  /** Its value, which may hold a password. */
  readonly url: URL;
}

/** How a service is used that exists already. */
export interface ExistingPlan extends Pick<PlanTerms, "startTimeoutMs" | "attemptTimeoutMs"> {
  /** The port that its URL leads to, as a container would publish it. */
  readonly ports: ServiceConnection["ports"];
  /** Tells when it can be used; absent when there is nothing to ask. */
  readonly probe?: Probe | undefined;
  /** What of the options changes how it behaves. */
  readonly fingerprint: Json;
  /** What the kind of service adds to its connection; passwords too. */
  readonly details: ServiceConnection["details"];
  /** What its parts are; absent when it has none. */
  readonly parts?: ServiceConnection["parts"];
  /** Initialises what its parts are made from, unless another process has. What it returns is added to the details. */
  readonly prepare?: (connection: ServiceConnection, signal: AbortSignal) => Promise<Readonly<Record<string, string>>>;
  /** What the details are of a process that has a part to itself in place of the service's own; absent when none is wanted. */
  readonly withOwnPart?: (id: string) => Readonly<Record<string, string>>;
}

/** The plan, once the files that the options name are read. */
export type PendingExistingPlan = (context: PlanContext) => Promise<ExistingPlan>;

/** A URL without what nobody else should read, for messages. */
export function shownUrl({ protocol, username, password, host, pathname }: URL): string {
  const credentials = password === "" ? username : `${username}:***`;
  return `${protocol}//${credentials === "" ? "" : `${credentials}@`}${host}${pathname}`;
}

/** Tells what is wrong with the variable that an address comes from. */
export function refuseAddress({ name, variable }: Pick<ExistingAddress, "name" | "variable">, message: string): never {
  throw new ConfigurationError({ origin: `The address of ${name}`, problems: [{ path: variable, message }] });
}

/**
 * Checks that a URL can lead to a service of a kind.
 *
 * @param kind - As messages call it, for example `a postgres()`.
 * @param protocols - Those that it may have, for example `postgres:`.
 * @throws ConfigurationError when it has another, or no host.
 */
export function assertProtocol(address: ExistingAddress, kind: string, protocols: readonly string[]): void {
  const { protocol, hostname } = address.url;
  const wanted = protocols.map((each) => `\`${each}//\``).join(" or ");
  if (!protocols.includes(protocol)) {
    refuseAddress(address, `must be the URL of ${kind}, which begins with ${wanted}, not \`${protocol}//\``);
  }
  if (hostname === "") refuseAddress(address, `must name a host, as in \`${protocols[0] ?? ""}//user@127.0.0.1/…\``);
}

/** Host name or address as sockets take it. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** The port of a URL under the name of the one that a container would listen on. */
export function portsOf({ port }: URL, containerPort: number, defaultPort: number): ServiceConnection["ports"] {
  return { [portKey({ containerPort, protocol: "tcp" })]: port === "" ? defaultPort : Number(port) };
}

/**
 * A part of a URL as it is meant.
 *
 * @throws ConfigurationError when its escapes are none.
 */
export function decoded(address: ExistingAddress, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return refuseAddress(address, "has a `%` that begins no escape; write `%25` for the character itself");
  }
}
