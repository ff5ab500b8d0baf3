import { messageOf } from "../../errors/describe.ts";
import type { HealthProbe, ProbeTarget } from "../../health/probe.ts";
import { portKey } from "../../spec/port-key.ts";
import { codeOf } from "../connection-loss.ts";
import type { ExistingAddress, ExistingPlan, PendingExistingPlan } from "../existing-service.ts";
import { assertProtocol, decoded, portsOf, refuseAddress } from "../existing-service.ts";
import { planTerms } from "../resolve-options.ts";
import type { PlanContext } from "../service-definition.ts";
import { ensureTemplate } from "./ensure-template.ts";
import { connectTo } from "./postgres-client.ts";
import type { AnyPostgresOptions } from "./postgres-options.ts";
import { fingerprintOf, keepFailedMs, migrateText, readFiles } from "./postgres-plan.ts";
import { POSTGRES_PORT } from "./postgres-port.ts";
import { migrateWith } from "./run-migrate.ts";

/**
 * Decides how a PostgreSQL server is used that exists already. The database that its URL names is left as it is: those of tests
 * are made beside it.
 *
 * @throws ConfigurationError when the URL is none of PostgreSQL's.
 */
export function planExistingPostgres(address: ExistingAddress, options: AnyPostgresOptions): PendingExistingPlan {
  assertProtocol(address, "a postgres()", ["postgres:", "postgresql:"]);
  const details = detailsOf(address);
  const { mode = "clone" } = options.isolation ?? {};
  if (mode !== "clone") {
    refuseAddress(
      address,
      `names a server that exists already; there, \`isolation.mode\` must be "clone", not ${JSON.stringify(mode)}`,
    );
  }
  return (context) => plan(address, options, details, context);
}

/** What a URL says of a server and of who connects to it. */
type Details = Readonly<
  Record<"username" | "password" | "database" | "maintenance" | "parameters" | "durable", string>
>;

/** What a URL could say a second time, and otherwise. */
const SAID_ELSEWHERE = ["host", "hostaddr", "port", "user", "password", "dbname", "database"];

function detailsOf(address: ExistingAddress): Details {
  const { username, password, pathname, searchParams } = address.url;
  const stray = SAID_ELSEWHERE.find((name) => searchParams.has(name));
  if (stray !== undefined) refuseAddress(address, `must not say \`${stray}\` after its \`?\``);
  if (username === "") refuseAddress(address, "must name a user, as in `postgres://user@127.0.0.1/database`");
  const user = decoded(address, username);
  const database = decoded(address, pathname.slice(1)) || user; // As libpq has it.
  return {
    username: user,
    password: decoded(address, password),
    ...{ database, maintenance: database },
    parameters: searchParams.toString(),
    durable: "true", // Whether it is, only its owner knows.
  };
}

async function plan(
  address: ExistingAddress,
  options: AnyPostgresOptions,
  details: Details,
  context: PlanContext,
): Promise<ExistingPlan> {
  const { extensions = [] } = options;
  const files = await readFiles(options, context);
  const migrate = options.migrate && migrateWith(options.migrate, withoutVariable(context, address.variable));
  const content = { extensions, migrations: files.migrations, migrate, seeds: files.seeds };
  const fingerprint = { extensions, ...fingerprintOf(files), migrate: migrateText(options) };
  const { startTimeoutMs, attemptTimeoutMs } = planTerms(options);
  return {
    ports: portsOf(address.url, POSTGRES_PORT, POSTGRES_PORT),
    probe: loginProbe(address, details, attemptTimeoutMs),
    ...{ startTimeoutMs, attemptTimeoutMs, fingerprint },
    details: { ...details, keepFailedMs: String(keepFailedMs(options, context)) },
    parts: "leased-postgres-databases",
    prepare: (connection, signal) => ensureTemplate(connection, { ...content, fingerprint }, signal),
    withOwnPart: (database) => ({ database }),
  };
}

/** A tool that migrates must not find the database that is to be left as it is. */
function withoutVariable(context: PlanContext, variable: string): PlanContext {
  const variables = (): Readonly<Record<string, string>> =>
    Object.fromEntries(Object.entries(context.variables()).filter(([name]) => name !== variable));
  return { ...context, variables };
}

/** Who is refused for good: wrong password, unknown role, no database of this name, no right to connect. */
const REFUSED_FOR_GOOD = /^(28...|3D000|42501)$/;

/** Healthy once the user can log in, so that what is wrong with the URL is told before anything else is done. */
function loginProbe(address: ExistingAddress, details: Details, connectTimeoutMs: number): HealthProbe {
  const { name } = address;
  return {
    name: "a login",
    check: async (target: ProbeTarget) => {
      const ports = { [portKey({ containerPort: POSTGRES_PORT, protocol: "tcp" })]: target.hostPort(POSTGRES_PORT) };
      const connection = { name, host: target.host, ports, details };
      try {
        const client = await connectTo(connection, { database: details.database, as: "user", connectTimeoutMs });
        await client.end();
      } catch (error) {
        const isRefusal = REFUSED_FOR_GOOD.test(codeOf(error)) || messageOf(error).startsWith("SASL");
        if (isRefusal) refuseAddress(address, `was refused by the server: ${messageOf(error)}`);
        throw error;
      }
    },
  };
}
