import type { ServiceConnection } from "../../container/service-connection.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { ContainerAccess } from "../container-access.ts";
import { GenericContainer } from "../generic/generic-container.ts";

/** A container that a module of Testcontainers started, in whichever process. The environment owns it. */
export class ModuleContainer<Data> extends GenericContainer {
  /** What the option `connection` made of it. */
  readonly data: Data;

  constructor(connection: ServiceConnection, access: ContainerAccess) {
    super(connection, access);
    this.data = parseJson<Data>(connection.details["data"] ?? "null");
  }
}
