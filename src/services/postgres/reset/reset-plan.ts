/** What notes that something was written to a table, or to those under it. */
export interface Mark {
  /** Object id of the table. */
  readonly table: string;
  /** `inserted`: rows were added and nothing else; `changed`: anything else, too. */
  readonly kind: "inserted" | "changed";
  /** Object id of the sequence that moves. */
  readonly sequence: string;
}

/** A table that has rows of its own. */
export interface ResetTable {
  /** Its object id. */
  readonly oid: string;
  /** Its name, as SQL takes it. */
  readonly name: string;
  /** Object ids of the table and of all that it is a part of, or inherits from. */
  readonly line: readonly string[];
  /** Whether the template has rows of it. */
  readonly hasRows: boolean;
  /** What puts back the rows of the template; absent where that cannot be done. */
  readonly putBack?: string | undefined;
  /** Whether deleting rows does something else as well, whoever deletes them. */
  readonly hasSideEffects: boolean;
}

/** How databases are reset that are copied from one template: object ids are the same in all of them. */
export interface ResetPlan {
  /** Every table whose rows are reset. */
  readonly tables: readonly ResetTable[];
  /** What moves when something is written to them. */
  readonly marks: readonly Mark[];
  /** Object id of the sequence that moves when anything but rows changes. */
  readonly definitionsMark: string;
  /** The sequences that are reset. */
  readonly sequences: readonly SequenceName[];
}

/** A sequence. */
export interface SequenceName {
  /** Its object id. */
  readonly oid: string;
  /** Its name, as SQL takes it. */
  readonly name: string;
}

/** What can be seen of a database at once. */
export interface DatabaseState {
  /** How far each mark has moved, in the order of the plan; `null` for one that never did. */
  readonly marks: readonly (string | null)[];
  /** Each sequence's last value and whether it was called, in the order of the plan; `null` once more than rows has changed. */
  readonly sequences: readonly string[] | null;
  /** What no reset undoes. */
  readonly rest: string;
  /** What the rows of all tables take, in bytes. */
  readonly sizeBytes: number;
}

/** When a database was pristine. */
export interface PristineMoment {
  /** The transaction that every row is older than, or made by. */
  readonly transactionId: string;
  /** How it was then. */
  readonly state: DatabaseState;
}

/** How much larger than the template's tables may get, in bytes: to delete more rows takes longer than to copy the template. */
const MAX_GROWTH_BYTES = 1024 * 1024;

/** The statements that make a database pristine, in no order of foreign keys; `undefined` when no statements do. */
export function statementsToReset(
  { tables, marks, sequences }: ResetPlan,
  { transactionId, state: before }: PristineMoment,
  now: DatabaseState,
): readonly string[] | undefined {
  const { sequences: states } = now;
  if (now.rest !== before.rest || states === null) return undefined;
  if (now.sizeBytes > before.sizeBytes + MAX_GROWTH_BYTES) return undefined;
  const moved = marks.filter((_mark, index) => now.marks[index] !== before.marks[index]);
  const touched = (kind: Mark["kind"]): ReadonlySet<string> =>
    new Set(moved.filter((mark) => mark.kind === kind).map(({ table }) => table));
  const [inserted, changed] = [touched("inserted"), touched("changed")];
  const statements: string[] = [];
  for (const table of tables) {
    const isChanged = table.line.some((oid) => changed.has(oid));
    if (!isChanged && !table.line.some((oid) => inserted.has(oid))) continue;
    const ofTable = statementsFor(table, isChanged, transactionId);
    if (ofTable === undefined) return undefined;
    statements.push(...ofTable);
  }
  return [
    ...statements,
    ...sequences.flatMap(({ oid }, index) => setBack(oid, before.sequences?.[index], states[index])),
  ];
}

function statementsFor(
  { name, hasRows, putBack, hasSideEffects }: ResetTable,
  isChanged: boolean,
  transactionId: string,
): readonly string[] | undefined {
  if (hasSideEffects) return undefined;
  const deleteAll = `DELETE FROM ONLY ${name}`;
  if (!hasRows) return [deleteAll];
  if (isChanged) return putBack === undefined ? undefined : [deleteAll, putBack];
  return [`${deleteAll} WHERE pg_catalog.age(xmin) < pg_catalog.age('${transactionId}'::pg_catalog.xid)`];
}

function setBack(oid: string, before = "", now = ""): readonly string[] {
  if (before === now) return [];
  const [value = "1", isCalled = "f"] = before.split(" ");
  return [`SELECT pg_catalog.setval('${oid}'::pg_catalog.regclass, ${value}, '${isCalled}')`];
}
