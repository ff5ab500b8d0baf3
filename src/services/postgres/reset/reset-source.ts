import type { Client } from "pg";
import type { ServiceConnection } from "../../../container/service-connection.ts";
import { isolating } from "../../isolating.ts";
import type { KeptConnection } from "../../kept-connection.ts";
import type { PartSource } from "../../part-source.ts";
import { DatabaseSource, MEMBER_PREFIX } from "../database-source.ts";
import { maintenanceConnection } from "../postgres-client.ts";
import { RESET_TEMPLATE_DATABASE } from "../template-database.ts";
import type { ResetPlan } from "./reset-plan.ts";
import { makeResetTemplate } from "./reset-template.ts";
import { ResettableDatabase } from "./resettable-database.ts";

/** How many databases have a connection of ours; those beyond are dropped after use. */
const MAX_CONNECTIONS = 64;

/** Copies the template of a server into databases that can be reset. Only what it made itself it also resets. */
export class ResetSource implements PartSource {
  readonly #connection: ServiceConnection;
  readonly #maintenance: KeptConnection<Client>;
  readonly #copies: DatabaseSource;
  readonly #databases = new Map<string, ResettableDatabase>();
  #planning: Promise<ResetPlan> | undefined;

  /** @param connection - A server that is initialised. */
  constructor(connection: ServiceConnection) {
    this.#connection = connection;
    this.#maintenance = maintenanceConnection(connection);
    this.#copies = new DatabaseSource(connection, { prefix: MEMBER_PREFIX, template: RESET_TEMPLATE_DATABASE });
  }

  get maxIdle(): number {
    return this.#copies.maxIdle;
  }

  async make(): Promise<string> {
    const plan = await this.#plan();
    const name = await this.#copies.make();
    if (this.#databases.size >= MAX_CONNECTIONS) return name;
    const database = new ResettableDatabase({ connection: this.#connection, plan, name });
    this.#databases.set(name, database);
    await database.watch();
    return name;
  }

  async reset(id: string): Promise<string | undefined> {
    const database = this.#databases.get(id);
    if (database === undefined || !(await database.reset(this.#copies.newName()))) return undefined;
    const [name] = database.names;
    this.#databases.delete(id);
    this.#databases.set(name, database);
    return name;
  }

  async remove(id: string): Promise<void> {
    const database = this.#databases.get(id);
    this.#databases.delete(id);
    await database?.[Symbol.asyncDispose]();
    for (const name of database?.names ?? [id]) await this.#copies.remove(name);
  }

  list(): Promise<readonly string[]> {
    return this.#copies.list();
  }

  isFull(error: unknown): boolean {
    return this.#copies.isFull(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const databases = [...this.#databases.values()];
    this.#databases.clear();
    await Promise.all([this.#maintenance, this.#copies, ...databases].map((each) => each[Symbol.asyncDispose]()));
  }

  #plan(): Promise<ResetPlan> {
    this.#planning ??= this.#makeTemplate();
    this.#planning.catch(() => (this.#planning = undefined));
    return this.#planning;
  }

  #makeTemplate(): Promise<ResetPlan> {
    const { name } = this.#connection;
    return isolating({ container: name, operation: `make what databases of ${name} are copied from` }, (turn) =>
      this.#maintenance.use((client) => makeResetTemplate(this.#connection, client), turn),
    );
  }
}
