/** How a service is asked whether it answers, from outside and without Cleanroom. Plain data, for a worker. */
export interface SidePoll {
  readonly host: string;
  readonly port: number;
  /** What is sent; when absent, an accepted connection is an answer. */
  readonly request?: string;
  /** What the answer of a service that is ready starts with. */
  readonly answer?: string;
}

/** When a service first answered. */
export interface FirstAnswer {
  /** On the monotonic clock. */
  readonly atMs: number;
  /** How long before that it had last been asked in vain, in milliseconds: so exact is the moment. */
  readonly blindMs: number;
}
