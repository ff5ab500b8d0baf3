import type { Client } from "pg";
import { isObject } from "../../errors/is-object.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { MakeQuery } from "./nested-transaction.ts";
import { NestedTransaction } from "./nested-transaction.ts";

/** What else the driver keeps of those who use a connection: it goes with the connection. */
const changingMethods: ReadonlySet<PropertyKey> = new Set(["setTypeParser", "connection", "pauseDrain", "end"]);

type Method = (...args: readonly unknown[]) => unknown;

/** A client as one of its holders sees it, which does nothing any more once it is taken back. */
export class LentClient {
  /** What the holder gets. */
  readonly client: Client;

  readonly #lent: Client;
  readonly #holder: string;
  readonly #nested: NestedTransaction;
  readonly #methods = new Map<PropertyKey, Method>();
  #isOver = false;
  #isChanged = false;

  /**
   * @param lent - In a transaction.
   * @param holder - What to call what the holder has, in messages.
   */
  constructor(lent: Client, makeQuery: MakeQuery, holder: string) {
    this.#lent = lent;
    this.#holder = holder;
    this.#nested = new NestedTransaction(lent, makeQuery);
    this.client = new Proxy(lent, {
      get: (_target, key) => this.#get(key),
      set: (target, key, value) => this.#change(() => Reflect.set(target, key, value)),
      defineProperty: (target, key, property) => this.#change(() => Reflect.defineProperty(target, key, property)),
      deleteProperty: (target, key) => this.#change(() => Reflect.deleteProperty(target, key)),
    });
  }

  /**
   * Ends the loan: what the holder still asks of the client is refused.
   *
   * @returns Whether the driver keeps nothing of it, so that the connection can be lent again.
   */
  takeBack(): boolean {
    this.#isOver = true;
    this.#lent.removeAllListeners();
    this.#lent.on("error", () => undefined); // What breaks while it is idle is told by the next query.
    return !this.#isChanged;
  }

  #get(key: PropertyKey): unknown {
    if (changingMethods.has(key)) this.#isChanged = true;
    const value: unknown = Reflect.get(this.#lent, key);
    if (typeof value !== "function" || key === "constructor") return value;
    const known = this.#methods.get(key);
    if (known !== undefined && !Object.hasOwn(this.#lent, key)) return known;
    const method: Method = (...args) => this.#call(key, value as Method, args);
    this.#methods.set(key, method);
    return method;
  }

  #call(key: PropertyKey, method: Method, args: readonly unknown[]): unknown {
    if (this.#isOver) return this.#refuse(key, args);
    const isOwn = Object.hasOwn(this.#lent, key); // Somebody has put it in the place of the driver's.
    if (key === "query" && !isOwn) {
      const sent = this.#nested.send(args);
      if (sent !== undefined) return sent.returned;
      if (isKept(args[0])) this.#isChanged = true;
    }
    const returned: unknown = Reflect.apply(method, this.#lent, args);
    return returned === this.#lent ? this.client : returned;
  }

  #change(work: () => boolean): boolean {
    this.#isChanged = true;
    return this.#isOver || work();
  }

  /** Who ends what has ended has what he wants. */
  #refuse(key: PropertyKey, args: readonly unknown[]): unknown {
    const callback = args.find((arg): arg is Method => typeof arg === "function");
    if (key === "end") return callback === undefined ? Promise.resolve() : callback();
    if (key === "off" || key === "removeListener") return this.client;
    const error = new LifecycleError(`${this.#holder} was used after it was given back.`);
    if (key !== "query") throw error;
    if (callback !== undefined) return callback(error);
    return Promise.reject(error);
  }
}

/** Whether the driver remembers a query: one with a name is prepared once for each connection. */
function isKept(query: unknown): boolean {
  return isObject(query) && ("name" in query || "submit" in query);
}
