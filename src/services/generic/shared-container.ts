import type { ServiceConnection } from "../../container/service-connection.ts";
import { claimContainer } from "../claim-container.ts";
import type { ContainerAccess } from "../container-access.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import type { ContainerIsolationOptions } from "./generic-options.ts";
import { GenericContainer } from "./generic-container.ts";
import { resetPlan } from "./reset-plan.ts";

/** A running container that all share who use it. */
export class SharedContainer extends GenericContainer {
  readonly #access: ContainerAccess;
  readonly #isolation: ContainerIsolationOptions | undefined;

  constructor(
    connection: ServiceConnection,
    access: ContainerAccess,
    isolation: ContainerIsolationOptions | undefined,
  ) {
    super(connection, access);
    this.#access = access;
    this.#isolation = isolation;
  }

  /**
   * A container of the caller's own, as its option `isolation` says: with `reset`, one that is reset before anybody else gets
   * it, this very one included; otherwise a new one, which is removed after use. The caller disposes it, which gives it back.
   * Without that option it is this one, which is shared.
   *
   * @throws what starting a container throws; CapacityError; UnsupportedError after `attachService`.
   */
  async isolate({ signal }: IsolateOptions = {}): Promise<GenericContainer> {
    if (this.#isolation === undefined) return this;
    return claimContainer({
      name: this.name,
      access: this.#access,
      plan: resetPlan(this.#isolation),
      isNextStarted: true,
      attach: ({ connection, access }, giveBack) => new GenericContainer(connection, access, giveBack),
      signal,
    });
  }
}
