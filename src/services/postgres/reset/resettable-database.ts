import type { Client, QueryResult } from "pg";
import type { ServiceConnection } from "../../../container/service-connection.ts";
import { LifecycleError } from "../../../errors/lifecycle-error.ts";
import { isolating } from "../../isolating.ts";
import type { KeptConnection } from "../../kept-connection.ts";
import { connectTo, keptConnection } from "../postgres-client.ts";
import { prepareState, READ_STATE } from "./database-state.ts";
import { END_OTHERS } from "./end-others.ts";
import type { DatabaseState, PristineMoment, ResetPlan } from "./reset-plan.ts";
import { statementsToReset } from "./reset-plan.ts";
import { resetSession, RETURN_TO_SAFE_PATH } from "./reset-session.ts";

/** How often a database is reset: what its catalogs gather is not removed. */
const MAX_RESETS = 1000;

/** Which database, and how it is reset. */
export interface ResettableOptions {
  /** The server. */
  readonly connection: ServiceConnection;
  /** How its databases are reset. */
  readonly plan: ResetPlan;
  /** What the database is called now. */
  readonly name: string;
}

/** A database with a connection of our own to it, made before anybody else can write to it. Disposing closes that. */
export class ResettableDatabase implements AsyncDisposable {
  readonly #options: ResettableOptions;
  readonly #connection: KeptConnection<Client>;
  #names: readonly [string, ...string[]];
  #oid = "";
  #isOpened = false;
  #watching: Promise<boolean> = Promise.resolve(false);
  #pristine: PristineMoment | undefined;
  #resets = 0;

  /** Nothing is open yet. */
  constructor(options: ResettableOptions) {
    this.#options = options;
    this.#names = [options.name];
    this.#connection = keptConnection(() => this.#open());
  }

  /** What it is called now; after a reset that failed, everything that it may be called. */
  get names(): readonly [string, ...string[]] {
    return this.#names;
  }

  /**
   * Notes how it is now, when nobody has written to it. One that cannot be watched serves one holder all the same; why is told
   * when it is to be reset.
   */
  async watch(): Promise<void> {
    const watching = this.#use((client) => this.#watch(client));
    this.#watching = watching;
    const canBeReset = await watching.catch(() => false);
    if (!canBeReset) await this[Symbol.asyncDispose]();
  }

  /**
   * Makes it pristine again under another name: whoever goes on connecting by the name that he knows is refused. Tells whether
   * that could be done; otherwise it has to be dropped.
   */
  async reset(newName: string): Promise<boolean> {
    this.#resets += 1;
    if (!(await this.#watching) || this.#resets > MAX_RESETS) return false;
    return this.#use(async (client) => {
      const state = await this.#takeOver(client, newName);
      return state !== undefined && this.#clean(client, state);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection[Symbol.asyncDispose]();
  }

  #use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { name: container } = this.#options.connection;
    const operation = `reset the database ${this.#names[0]} of ${container}`;
    return isolating({ container, operation }, (turn) => this.#connection.use(work, turn));
  }

  /** Once: whoever ended the connection may have put another database in the place of this one. */
  async #open(): Promise<Client> {
    if (this.#isOpened) throw new LifecycleError(`The connection to ${this.#names[0]} was ended.`);
    this.#isOpened = true;
    return connectTo(this.#options.connection, resetSession(this.#names[0]));
  }

  async #watch(client: Client): Promise<boolean> {
    const { rows } = await client.query<DatabaseIdentity>(IDENTITY);
    const { oid = "", isBeyondReset = true } = rows[0] ?? {};
    if (isBeyondReset) return false;
    this.#oid = oid;
    await client.query(prepareState(this.#options.plan, oid));
    const [state, id] = await resultsOf<DatabaseState & Identified>(client, [READ_STATE, TRANSACTION_ID]);
    if (state?.rows[0] !== undefined) this.#pristine = { state: state.rows[0], transactionId: idIn(id) };
    return true;
  }

  /** How it is, once nobody else can do anything to it any more. */
  async #takeOver(client: Client, newName: string): Promise<DatabaseState | undefined> {
    const [name] = this.#names;
    this.#names = [newName, ...this.#names];
    const rename = `UPDATE pg_database SET datname = '${newName}' WHERE oid = ${this.#oid} AND datname = '${name}'`;
    const statements = [RETURN_TO_SAFE_PATH, "BEGIN", rename, "COMMIT", END_OTHERS, READ_STATE];
    const [, , renamed, , , state] = await resultsOf<DatabaseState>(client, statements);
    if (renamed?.rowCount !== 1) return undefined;
    this.#names = [newName];
    return state?.rows[0];
  }

  async #clean(client: Client, state: DatabaseState): Promise<boolean> {
    const pristine = this.#pristine;
    if (pristine === undefined) return false;
    const statements = statementsToReset(this.#options.plan, pristine, state);
    if (statements === undefined || statements.length === 0) return statements !== undefined;
    const [, id] = await resultsOf<Identified>(client, ["BEGIN", TRANSACTION_ID, ...statements, "COMMIT"]);
    this.#pristine = { transactionId: idIn(id), state: { ...pristine.state, marks: state.marks } };
    return true;
  }
}

interface Identified {
  /** Id of a transaction. */
  readonly id: string;
}

const TRANSACTION_ID = "SELECT (txid_current() % 4294967296)::text AS id";

function idIn(result: QueryResult<Identified> | undefined): string {
  return result?.rows[0]?.id ?? "";
}

interface DatabaseIdentity {
  readonly oid: string;
  readonly isBeyondReset: boolean;
}

/** Our connection would count where connections are limited; and another superuser can do what leaves no trace. */
const IDENTITY = `
  SELECT
    oid::text,
    datconnlimit <> -1 OR EXISTS (
      SELECT FROM pg_roles WHERE rolsuper AND rolcanlogin AND rolname <> current_user
    ) AS "isBeyondReset"
  FROM pg_database
  WHERE datname = current_database()`;

/** Runs statements in one round trip; what each of them gave. */
async function resultsOf<Row extends object>(
  client: Client,
  statements: readonly string[],
): Promise<readonly QueryResult<Row>[]> {
  const results: unknown = await client.query(statements.join(";\n")); // The driver's types know of one only.
  return results as readonly QueryResult<Row>[];
}
