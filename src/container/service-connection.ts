/** How to reach a service that is ready: plain data, complete, and the same in every process it is sent to. */
export interface ServiceConnection {
  /** Name of the service. */
  readonly name: string;
  /** The engine's full id of the container. */
  readonly id: string;
  /** The image it was made from. */
  readonly image: string;
  /** Identifies everything that can change how it behaves. */
  readonly key: string;
  /** Host name or address under which its published ports answer. */
  readonly host: string;
  /** Host port of each published port, keyed by `5432/tcp`, in the order of the options. */
  readonly ports: Readonly<Record<string, number>>;
  /** Name under which other containers reach it; absent when it is on no shared network. */
  readonly networkAlias?: string;
  /** What the kind of service adds: user name, password, database. */
  readonly details: Readonly<Record<string, string>>;
  /** Where it says that it answers, if it exists without Cleanroom; then it has no container. It may hold a password. */
  readonly existing?: ExistingOrigin;
  /** Why it takes another's place; absent of what was asked for in the first place. Only the process that asked notes it. */
  readonly fallback?: { readonly reason: string };
  /** What its parts are, each of which belongs to one holder; absent when it has none that could be made ahead of need. */
  readonly parts?: PartsKind;
}

/**
 * What the parts of a service are. `leased`: of a server that no coordinator looks after, so that a connection is the lease.
 * `own`: what code of the user's makes, which only processes have that use the service.
 */
export type PartsKind =
  | "postgres-databases"
  | "postgres-reset-databases"
  | "postgres-schemas"
  | "redis-databases"
  | "leased-postgres-databases"
  | "leased-redis-databases"
  | "own";

/** Who says that a service exists. */
export interface ExistingOrigin {
  /** The environment variable. */
  readonly variable: string;
  /** Its value. */
  readonly url: string;
}
