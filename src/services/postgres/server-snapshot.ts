import type { Client } from "pg";
import type { ServiceConnection } from "../../container/service-connection.ts";
import type { WarmScripts } from "../../container/service-plan.ts";
import { WARM_ROOT } from "../../warm/warm-recipe.ts";
import { connectTo, MAINTENANCE_DATABASE } from "./postgres-client.ts";
import { serverVersion } from "./server-version.ts";
import { TEMPLATE_DATABASE } from "./template-database.ts";

/** Where a server keeps everything. */
interface Directories {
  /** The data directory, which is in memory. */
  readonly data: string;
  /** Where the copy is put; in the same memory, so that files can have names in both. */
  readonly root: string;
}

/** Databases by their object ids, which are what their directories are called. */
interface DatabaseIds {
  readonly own: string | undefined;
  readonly template: string;
  readonly pristine: string;
}

/** The version from which on the functions for backups have their present names. */
const VERSION_WITH_NEW_NAMES = 150_000;

/**
 * Copies a server's state, at a moment at which nobody else is connected, and tells how the copy becomes the data of
 * another server. A backup as PostgreSQL has them, made by the server itself, so that it is consistent whatever its own
 * processes do meanwhile. What nobody can change any more is left for later, in the background: the template and
 * `template0`, to neither of which anybody can connect. The server's own database is left out: at this moment it is what
 * the template is.
 *
 * Source: https://www.postgresql.org/docs/current/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 *
 * @param memoryDirectory - The directory in memory that the data directory is in.
 */
export async function takeSnapshot(connection: ServiceConnection, memoryDirectory: string): Promise<WarmScripts> {
  const client = await connectTo(connection, { database: MAINTENANCE_DATABASE, as: "superuser" });
  try {
    const data = await dataDirectoryOf(client);
    const directories = { data, root: `${memoryDirectory}/${WARM_ROOT}` };
    const ids = await databaseIds(client, connection.details["database"] ?? "");
    try {
      await backUp(client, directories, ids);
    } catch (error) {
      await run(client, `rm -rf ${directories.root}`).catch(() => undefined); // It is in memory, which tests need.
      throw error;
    }
    return scriptsFor(directories, ids, memoryDirectory);
  } finally {
    await client.end();
  }
}

async function dataDirectoryOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
  return rows[0]?.data_directory ?? "";
}

async function databaseIds(client: Client, own: string): Promise<DatabaseIds> {
  const query = "SELECT datname, oid::text FROM pg_catalog.pg_database";
  const { rows } = await client.query<{ datname: string; oid: string }>(query);
  const idOf = (name: string): string | undefined => rows.find(({ datname }) => datname === name)?.oid;
  const isOfServer = own === MAINTENANCE_DATABASE || own === "template1";
  return {
    own: isOfServer ? undefined : idOf(own),
    template: idOf(TEMPLATE_DATABASE) ?? "",
    pristine: idOf("template0") ?? "",
  };
}

async function backUp(client: Client, { data, root }: Directories, ids: DatabaseIds): Promise<void> {
  const hasNewNames = (await serverVersion(client)) >= VERSION_WITH_NEW_NAMES;
  await client.query(
    hasNewNames ? "SELECT pg_backup_start('cleanroom', true)" : "SELECT pg_start_backup('cleanroom', true, false)",
  );
  await run(client, copyScript({ data, root }, ids));
  const stop = hasNewNames ? "pg_backup_stop(false)" : "pg_stop_backup(false, false)";
  const stopped = await client.query<{ labelfile: string; segment: string }>(
    `SELECT labelfile, pg_walfile_name(lsn) AS segment FROM ${stop}`,
  );
  const { labelfile = "", segment = "" } = stopped.rows[0] ?? {};
  const label = `SELECT * FROM regexp_split_to_table(${literal(labelfile)}, '\\n')`;
  await client.query(`COPY (${label}) TO PROGRAM ${literal(labelScript({ data, root }, segment))}`);
}

async function run(client: Client, script: string): Promise<void> {
  await client.query(`COPY (SELECT 1) TO PROGRAM ${literal(script)}`);
}

/** Everything but what others have copied, or will copy, and the log, of which what is needed is known at the end only. */
function copyScript({ data, root }: Directories, { own, template, pristine }: DatabaseIds): string {
  const later = [template, pristine, ...(own === undefined ? [] : [own])].join("|");
  return `set -e
umask 077
cd ${data}
[ ! -L pg_wal ] && [ -z "$(ls pg_tblspc)" ]
mkdir ${root} ${root}/data ${root}/data/base ${root}/data/pg_wal ${root}/data/pg_wal/archive_status ${root}/data/pg_stat_tmp
copy() {
  for entry in *; do
    case $entry in base|pg_wal|pg_stat_tmp|postmaster.*) ;; *) cp -a "$entry" ${root}/data/ ;; esac
  done
}
copy & pids=$!
cd base
for entry in *; do
  case $entry in ${later}) ;; *) cp -a "$entry" ${root}/data/base/ & pids="$pids $!" ;; esac
done
for pid in $pids; do wait $pid; done`;
}

/** From the segment in which the backup begins to that in which it ends, which nothing is added to any more. */
function labelScript({ data, root }: Directories, lastSegment: string): string {
  return `set -e
umask 077
cat > ${root}/data/backup_label
first=$(sed -n 's/^START WAL.*file \\(.*\\))/\\1/p' ${root}/data/backup_label)
cd ${data}/pg_wal
for segment in 0*; do
  case $segment in *.*) continue ;; esac
  [ "$segment" \\< "$first" ] || [ "$segment" \\> ${lastSegment} ] || cp -a "$segment" ${root}/data/pg_wal/
done`;
}

function scriptsFor({ data, root }: Directories, ids: DatabaseIds, memoryDirectory: string): WarmScripts {
  const { own, template, pristine } = ids;
  // Not replayed with the rest, which would empty its tables that are not logged.
  const packScript = `cd ${memoryDirectory}
trap 'rm -rf ${root}' EXIT
[ -z "$(find ${root}/data/base -name '*_init')" ] || { echo "tables that are not logged are outside its own database" >&2; exit 3; }
mkdir ${root}/later
chown "$(stat -c %u:%g ${data})" ${root}/later
cp -al ${data}/base/${template} ${data}/base/${pristine} ${root}/later/
tar -cf - ${WARM_ROOT}`;
  const finishScript = `export LC_ALL=C
cd /${WARM_ROOT}/data
echo "SELECT 1 FROM pg_database WHERE datname = '${TEMPLATE_DATABASE}'" |
  postgres --single -D . -c fsync=off postgres > ../said
grep -q '1: ' ../said
pg_controldata -D . > ../control
grep -q 'cluster state: *shut down$' ../control
last=$(sed -n 's/.*REDO WAL file: *//p' ../control)
for segment in pg_wal/0*; do [ "$segment" = "pg_wal/$last" ] || rm "$segment"; done
rm -f backup_label.old postmaster.opts ../said ../control
mv ../later/* base/
rmdir ../later
${own === undefined ? "" : `cp -a base/${template} base/${own}`}
tar -cf ../data.tar .
rm -rf ../data`;
  return { ownerScript: `stat -c %u:%g ${data}`, packScript, finishScript, dataDirectory: data };
}

function literal(text: string): string {
  return text.includes("\\")
    ? ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
}
