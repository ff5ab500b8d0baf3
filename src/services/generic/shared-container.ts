import type { ServiceConnection } from "../../container/service-connection.ts";
import type { ContainerAccess } from "../container-access.ts";
import type { IsolateOptions } from "../isolate-options.ts";
import { GenericContainer } from "./generic-container.ts";

/** How holders get what they alone have of a container. */
export type TakeOwn<Isolated> = (
  shared: GenericContainer,
  access: ContainerAccess,
  options: IsolateOptions,
) => Promise<Isolated>;

/** A running container that all share who use it. */
export class SharedContainer<Isolated = GenericContainer> extends GenericContainer {
  readonly #access: ContainerAccess;
  readonly #takeOwn: TakeOwn<Isolated>;

  constructor(connection: ServiceConnection, access: ContainerAccess, takeOwn: TakeOwn<Isolated>) {
    super(connection, access);
    this.#access = access;
    this.#takeOwn = takeOwn;
  }

  /**
   * What its option `isolation` says, of the caller's own. The caller disposes it, which gives it back. With `reset` it is a
   * container that is reset before anybody else gets it, this very one included; with `parts` a part of this one; otherwise
   * a new container, which is removed after use. Without that option it is this container, which is shared.
   *
   * @throws what starting a container throws; CapacityError; IsolationError when no part is made; TimeoutError;
   *   UnsupportedError after `attachService`.
   */
  isolate(options: IsolateOptions = {}): Promise<Isolated> {
    return this.#takeOwn(this, this.#access, options);
  }
}
