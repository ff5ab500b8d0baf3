import { randomBytes } from "node:crypto";
import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { codeOf } from "../connection-loss.ts";
import { LentClient } from "./lent-client.ts";
import type { Driver } from "./nested-transaction.ts";
import { connectTo, quoteIdentifier, setKeepsAlive } from "./postgres-client.ts";
import { statementForSequences } from "./sequence-states.ts";

/** Somebody has ended the transaction that he was given, or the connection that it was on. */
export type Loss = "transaction" | "connection";

/** No transaction, or another one than that in which the savepoint was set. Source: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const endedTransactionCodes: ReadonlySet<string> = new Set(["25P01", "3B001"]);

/** A connection, and what belongs to it. */
interface Session {
  readonly driver: Driver;
  /** A statement that makes the database's sequences what they were. */
  readonly sequences: string;
}

/** A database that this process alone has, in which one transaction follows another. Disposing closes its connection. */
export class TransactionDatabase implements AsyncDisposable {
  /** Its name. */
  readonly name: string;

  readonly #server: ServiceConnection;
  #session: Promise<Session> | undefined;
  #lent: LentClient | undefined;
  #marker = "";

  /** @param name - A database in which nothing has been done yet. */
  constructor(server: ServiceConnection, name: string) {
    this.#server = server;
    this.name = name;
  }

  /** Begins a transaction; there must be none. What it resolves with is for its holder, until `rollBack`. */
  async begin(): Promise<Client> {
    const { driver } = await (this.#session ??= this.#connect());
    setKeepsAlive(driver.client, true);
    this.#marker = `cleanroom_${randomBytes(8).toString("hex")}`;
    await driver.query(`BEGIN; SAVEPOINT ${this.#marker}`);
    this.#lent = new LentClient(driver, `A transaction of ${this.#server.name}`);
    return this.#lent.client;
  }

  /**
   * Ends the transaction and makes the session what it was. The savepoint is still there, in whatever state the transaction
   * is, exactly if nothing has ended it since it began.
   *
   * @returns What keeps the database from being what it was before, if anything does.
   */
  async rollBack(): Promise<Loss | undefined> {
    const isUnchanged = this.#lent?.takeBack() === true;
    try {
      const { driver, sequences } = await (this.#session ??= this.#connect());
      await driver.query(`ROLLBACK TO SAVEPOINT ${this.#marker}; ROLLBACK; ${sequences}`);
      await driver.query("DISCARD ALL");
      setKeepsAlive(driver.client, false);
    } catch (error) {
      return endedTransactionCodes.has(codeOf(error)) ? "transaction" : "connection";
    }
    if (!isUnchanged) await this[Symbol.asyncDispose]();
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const session = await this.#session?.catch(() => undefined); // Whoever waited for it was told.
    this.#session = undefined;
    this.#lent?.takeBack();
    if (session === undefined) return;
    const { client } = session.driver;
    setKeepsAlive(client, true); // Closing must be seen through.
    await client.end();
  }

  async #connect(): Promise<Session> {
    const { default: pg } = await import("pg");
    const client = await connectTo(this.#server, { database: this.name, as: "user" });
    // What another connection commits, no rollback takes back. It is refused, except to a superuser.
    await client.query(`ALTER DATABASE ${quoteIdentifier(this.name)} CONNECTION LIMIT 1`);
    const makeQuery: Driver["makeQuery"] = (text, answer) => new pg.Query(text, answer);
    const driver: Driver = { client, query: client.query.bind(client), makeQuery };
    return { driver, sequences: await statementForSequences(client) };
  }
}
