import type { Client, Connection, Query } from "pg";
import { isObject } from "../../errors/is-object.ts";

/** A statement that begins or ends a transaction, as the server calls it when it is done. */
type Control = "BEGIN" | "COMMIT" | "ROLLBACK";

/** Without modes such as an isolation level, which a savepoint does not have. */
const patterns: readonly (readonly [Control, RegExp])[] = [
  ["BEGIN", /^\s*(?:begin(?:\s+(?:work|transaction))?|start\s+transaction)\s*;?\s*$/i],
  ["COMMIT", /^\s*(?:commit|end)(?:\s+(?:work|transaction))?\s*;?\s*$/i],
  ["ROLLBACK", /^\s*(?:rollback|abort)(?:\s+(?:work|transaction))?\s*;?\s*$/i],
];

const SAVEPOINT = "cleanroom_nested";

/** What `pg` calls when a query is done. */
type Answer = (error: unknown, result?: unknown) => void;

/** A connection as `pg` itself has it, whatever somebody puts in the place of the client's methods. */
export interface Driver {
  /** The connection. */
  readonly client: Client;
  /** Its method of this name, bound to it. */
  readonly query: Client["query"];
  /** Makes a query, without sending it. */
  readonly makeQuery: (text: string, answer: Answer) => Query;
}

/** What `client.query` returns for a statement. */
export interface Sent {
  /** A promise, or nothing where the caller gave a callback. */
  readonly returned: Promise<unknown> | undefined;
}

/**
 * A transaction that code begins and ends itself within one that is not its own: a savepoint takes its place. What is sent is
 * decided when its turn comes, since it depends on what came of the statements before.
 */
export class NestedTransaction {
  readonly #driver: Driver;
  #isOpen = false;

  /** @param driver - A connection that is in a transaction. */
  constructor(driver: Driver) {
    this.#driver = driver;
  }

  /**
   * Sends a statement that begins or ends a transaction, given as `client.query` takes it.
   *
   * @returns `undefined` for any other statement, with which nothing is done.
   */
  send(args: readonly unknown[]): Sent | undefined {
    const text = plainText(args);
    const control = patterns.find(([, pattern]) => text !== undefined && pattern.test(text))?.[0];
    if (text === undefined || control === undefined) return undefined;
    const answer = args.find((arg): arg is Answer => typeof arg === "function");
    if (answer !== undefined) {
      this.#send(control, text, answer);
      return { returned: undefined };
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#send(control, text, (error, result) => {
      if (isObject(error)) reject(error);
      else resolve(result);
    });
    return { returned: promise };
  }

  #send(control: Control, text: string, answer: Answer): void {
    let sent = text;
    const query = this.#driver.makeQuery(text, (error, result) => {
      if (sent === text || isObject(error)) answer(error, result);
      else answer(null, this.#done(control, sent, result));
    });
    const submit: (connection: Connection) => unknown = query.submit.bind(query);
    const submitInstead = (connection: Connection): unknown => {
      sent = this.#inPlaceOf(control, text);
      Object.assign(query, { text: sent });
      return submit(connection); // An error where it cannot be sent, which the driver looks for.
    };
    this.#driver.query(Object.assign(query, { submit: submitInstead }));
  }

  #inPlaceOf(control: Control, text: string): string {
    const status = this.#driver.client.getTransactionStatus();
    if (status === "I") this.#isOpen = false; // Whatever ended the transaction that it was in.
    if (control === "BEGIN") return status === "T" && !this.#isOpen ? `SAVEPOINT ${SAVEPOINT}` : text;
    if (!this.#isOpen) return text;
    const release = `RELEASE SAVEPOINT ${SAVEPOINT}`;
    // A COMMIT of what has failed is a ROLLBACK.
    return control === "COMMIT" && status === "T" ? release : `ROLLBACK TO SAVEPOINT ${SAVEPOINT}; ${release}`;
  }

  /** The result as the statement itself would have had it. */
  #done(control: Control, sent: string, result: unknown): unknown {
    this.#isOpen = control === "BEGIN";
    const first: unknown = Array.isArray(result) ? result[0] : result;
    if (isObject(first)) Object.assign(first, { command: sent.startsWith("ROLLBACK") ? "ROLLBACK" : control });
    return first;
  }
}

/** The text of a query that is nothing but text. */
function plainText([query, values]: readonly unknown[]): string | undefined {
  if (Array.isArray(values) && values.length > 0) return undefined;
  if (typeof query === "string") return query;
  if (!isObject(query) || "submit" in query || "name" in query || "values" in query) return undefined;
  return "text" in query && typeof query.text === "string" ? query.text : undefined;
}
