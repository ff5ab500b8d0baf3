import type { ServiceConnection } from "../../container/service-connection.ts";
import { parseJson } from "../../spec/parse-json.ts";
import { claimContainer } from "../claim-container.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";
import type { ContainerIsolationOptions } from "../generic/generic-options.ts";
import { resetPlan } from "../generic/reset-plan.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import type { IsolationPer } from "../isolation-options.ts";

/** How the containers of a module are given to holders who have them alone. */
export type ModuleIsolation<Data, Per extends IsolationPer = IsolationPer> = ContainerIsolationOptions<
  Per,
  ModuleContainer<Data>
>;

/** A container that a module of Testcontainers started, in whichever process. The environment owns it. */
export class ModuleContainer<Data> extends GenericContainer {
  /** What the option `connection` made of it. */
  readonly data: Data;
  readonly #access: ContainerAccess;
  readonly #isolation: ModuleIsolation<Data> | undefined;

  /** @param giveBack - Gives it back when it is its holder's own. */
  constructor(
    connection: ServiceConnection,
    access: ContainerAccess,
    isolation?: ModuleIsolation<Data>,
    giveBack?: () => Promise<void>,
  ) {
    super(connection, access, giveBack);
    this.data = parseJson<Data>(connection.details["data"] ?? "null");
    this.#access = access;
    this.#isolation = isolation;
  }

  /**
   * A container of the caller's own, as its option `isolation` says; without that option it is this one, which is shared. The
   * caller disposes it, which gives it back.
   *
   * @throws what starting a container throws; CapacityError; UnsupportedError after `attachService`.
   */
  async isolate({ signal }: IsolateOptions = {}): Promise<ModuleContainer<Data>> {
    if (this.#isolation === undefined) return this;
    return claimContainer<ModuleContainer<Data>>({
      name: this.name,
      access: this.#access,
      plan: resetPlan(this.#isolation),
      isNextStarted: true,
      attach: ({ connection, access }, giveBack) => new ModuleContainer(connection, access, undefined, giveBack),
      signal,
    });
  }
}
