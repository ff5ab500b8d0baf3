import type { Client } from "pg";
import { isObject } from "../../errors/is-object.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import type { Driver } from "./nested-transaction.ts";
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
  readonly #methods = new Map<unknown, Method>();
  #isOver = false;
  #isChanged = false;

  /**
   * @param driver - A connection that is in a transaction.
   * @param holder - What to call what the holder has, in messages.
   */
  constructor(driver: Driver, holder: string) {
    this.#lent = driver.client;
    this.#holder = holder;
    const value = this.#querying(driver);
    Object.defineProperty(this.#lent, "query", { value, configurable: true, writable: true });
    this.client = new Proxy(this.#lent, {
      get: (_target, key) => this.#get(key),
      set: (target, key, given) => this.#change(() => Reflect.set(target, key, given)),
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
    Reflect.deleteProperty(this.#lent, "query");
    this.#lent.removeAllListeners();
    this.#lent.on("error", () => undefined); // What breaks while it is idle is told by the next query.
    return !this.#isChanged;
  }

  #querying({ client, query, makeQuery }: Driver): Method {
    const nested = new NestedTransaction({ client, query, makeQuery });
    return (...args) => {
      const sent = nested.send(args);
      if (sent !== undefined) return sent.returned;
      if (isKept(args[0])) this.#isChanged = true;
      const returned: unknown = Reflect.apply(query, client, args);
      return returned;
    };
  }

  #get(key: PropertyKey): unknown {
    if (changingMethods.has(key)) this.#isChanged = true;
    const value: unknown = Reflect.get(this.#lent, key);
    if (this.#isOver && key === "connection") return undefined; // Through it, one could do anything.
    if (typeof value !== "function" || key === "constructor") return value;
    const method = this.#methods.get(value) ?? this.#guarded(key, value as Method);
    this.#methods.set(value, method);
    return method;
  }

  #guarded(key: PropertyKey, method: Method): Method {
    return (...args) => {
      if (this.#isOver) return this.#refuse(key, args);
      const returned: unknown = Reflect.apply(method, this.#lent, args);
      return returned === this.#lent ? this.client : returned;
    };
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
