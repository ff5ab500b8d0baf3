/** A logical database that was handed out. */
export interface DatabasePart {
  /** Its number, which others have before and after. */
  readonly database: number;
  /** Tells this holder from those. */
  readonly token: string;
  /** Whether its holder has a user of his own. */
  readonly hasUser: boolean;
}

/** What a part is called: no two parts are called the same, though they may be the same database at other times. */
export function idOf({ database, token, hasUser }: DatabasePart): string {
  return `${database}${hasUser ? "@" : "#"}${token}`;
}

/** The part that is called so. */
export function partOf(id: string): DatabasePart {
  const [database, token = ""] = id.split(/[@#]/);
  return { database: Number(database), token, hasUser: id.includes("@") };
}
