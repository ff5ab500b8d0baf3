import { truncate } from "node:fs/promises";
import type { DatabaseSync } from "node:sqlite";
import { isObject } from "../errors/is-object.ts";
import { parseJson } from "../spec/parse-json.ts";
import type { Journal, MemberRecord, PartRecord, ServiceRecord } from "./journal.ts";

/** SQLite's code for a database that another process has locked. Source: https://www.sqlite.org/rescode.html#busy */
const SQLITE_BUSY = 5;

/** SQLite's code for a database whose content is damaged. Source: https://www.sqlite.org/rescode.html#corrupt */
const SQLITE_CORRUPT = 11;

/** SQLite's code for a file that is no database. Source: https://www.sqlite.org/rescode.html#notadb */
const SQLITE_NOTADB = 26;

/** A journal in a file that only one process at a time can have open; which is also how coordinators are elected. */
export interface LockedJournal extends Journal {
  /** Closes the file, for another process to open it. */
  close(): void;
}

/**
 * Opens a journal, and keeps everybody else from doing so until it is closed or the process ends, however it ends: the lock
 * is the operating system's.
 *
 * @returns `undefined` when another process has it open.
 */
export async function openJournal(path: string): Promise<LockedJournal | undefined> {
  try {
    return await lockJournal(path);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    // Left by a machine that failed. What it told of is found by its labels; emptied in place, so that a lock on it stays one.
    await truncate(path);
    return lockJournal(path);
  }
}

async function lockJournal(path: string): Promise<LockedJournal | undefined> {
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // Written to the system's cache only: that outlives the process, and a machine that fails takes its containers along.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF");
    database.exec("BEGIN EXCLUSIVE");
    database.exec("CREATE TABLE IF NOT EXISTS records (kind TEXT, id TEXT, json TEXT, PRIMARY KEY (kind, id))");
    database.exec("COMMIT");
    return journalIn(database);
  } catch (error) {
    database.close();
    if (codeOf(error) === SQLITE_BUSY) return undefined;
    throw error;
  }
}

function isUnreadable(error: unknown): boolean {
  const code = codeOf(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

function codeOf(error: unknown): number | undefined {
  return isObject(error) && "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

function journalIn(database: DatabaseSync): LockedJournal {
  const put = database.prepare("INSERT OR REPLACE INTO records VALUES (?, ?, ?)");
  const strike = database.prepare("DELETE FROM records WHERE kind = ? AND id = ?");
  const strikeAll = database.prepare("DELETE FROM records WHERE kind = ? AND id GLOB ?");
  const select = database.prepare("SELECT json FROM records WHERE kind = ? ORDER BY rowid");
  const all = (kind: string): readonly string[] => select.all(kind).map(({ json }) => String(json));
  return {
    saveService: (record) => void put.run("service", record.id, JSON.stringify(record)),
    removeService: (id) => void strike.run("service", id),
    saveMember: (record) => void put.run("member", record.id, JSON.stringify(record)),
    removeMember: (id) => void strike.run("member", id),
    savePart: (record) => void put.run("part", `${record.serviceId}/${record.id}`, JSON.stringify(record)),
    removePart: (serviceId, id) => void strike.run("part", `${serviceId}/${id}`),
    removePartsOf: (serviceId) => void strikeAll.run("part", `${serviceId}/*`),
    read: () => ({
      services: all("service").map((json) => parseJson<ServiceRecord>(json)),
      members: all("member").map((json) => parseJson<MemberRecord>(json)),
      parts: all("part").map((json) => parseJson<PartRecord>(json)),
    }),
    close: () => {
      database.close();
    },
  };
}
