import type { ServiceConnection } from "../container/service-connection.ts";

/** How a service is reached, which a restart of its container changes. */
export class CurrentConnection {
  #value: ServiceConnection;

  constructor(value: ServiceConnection) {
    this.#value = value;
  }

  /** How it is reached now. */
  get value(): ServiceConnection {
    return this.#value;
  }

  /** Notes that it is reached otherwise from now on. */
  replace(value: ServiceConnection): void {
    const { fallback } = this.#value; // Whoever tells how it is reached does not know whose place it takes here.
    this.#value = fallback === undefined ? value : { ...value, fallback };
  }
}
