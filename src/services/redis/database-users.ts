import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Redis } from "ioredis";
import { messageOf } from "../../errors/describe.ts";
import type { DatabasePart } from "./database-part.ts";
import { idOf } from "./database-part.ts";

/** As whom somebody connects. */
export interface RedisUser {
  /** Name; empty for the default user. */
  readonly username: string;
  /** Password; empty when there is none. */
  readonly password: string;
}

/**
 * As whom the holder of a part connects. Since Redis 7.2 a refusal says the name, so it tells what refused.
 *
 * @param serverUser - As whom the server itself is used.
 */
export function userOf(part: DatabasePart, serverUser: RedisUser): RedisUser {
  if (!part.hasUser) return serverUser;
  const password = createHmac("sha256", serverUser.password).update(idOf(part)).digest("base64url");
  return { username: `cleanroom_isolated_${part.database}_${part.token}`, password };
}

/** The users of one server who may do what concerns their own database. */
export class DatabaseUsers {
  readonly #serverUser: RedisUser;
  #knownRules: readonly boolean[] = [];
  #isPossible: boolean | undefined;

  /** @param serverUser - As whom the server itself is used. Without a password, everybody may do everything. */
  constructor(serverUser: RedisUser) {
    this.#serverUser = serverUser;
    if (serverUser.password === "") this.#isPossible = false;
  }

  /** Whether the server has users, and lets us make some: those before Redis 6 do not. */
  async arePossible(client: Redis): Promise<boolean> {
    this.#isPossible ??= await this.#tryRules(client);
    return this.#isPossible;
  }

  /** Lets the holder of a part in. */
  async add(client: Redis, part: DatabasePart): Promise<void> {
    if (!part.hasUser) return;
    const { username, password } = userOf(part, this.#serverUser);
    const hash = createHash("sha256").update(password).digest("hex"); // MONITOR would show the password itself.
    const rules = rulesFor(part.database).filter((_rule, index) => this.#knownRules[index]);
    await client.acl("SETUSER", username, "on", `#${hash}`, "~*", "+@all", ...rules.flat());
  }

  /** Lets nobody in as the holder of a part any more, and ends the connections of those who are. */
  async remove(client: Redis, part: DatabasePart): Promise<void> {
    if (part.hasUser) await client.acl("DELUSER", userOf(part, this.#serverUser).username);
  }

  /** Which rules a server knows depends on its version, and on whose it is. */
  async #tryRules(client: Redis): Promise<boolean> {
    const scratch = `cleanroom_scratch_${randomBytes(6).toString("hex")}`;
    const pipeline = client.pipeline();
    for (const rule of rulesFor(0)) pipeline.acl("SETUSER", scratch, ...rule);
    pipeline.acl("DELUSER", scratch);
    const errors = ((await pipeline.exec()) ?? []).map(([error]) => error);
    if (errors.some((error) => /unknown command|^NOPERM/.test(messageOf(error)))) return false;
    const failure = errors.find((error): error is Error => error !== null && !isUnknownRule(error));
    if (failure !== undefined) throw failure;
    this.#knownRules = errors.map((error) => error === null);
    return true;
  }
}

/**
 * What a user may not do, after being allowed everything: administer the server, and reach into other databases or what all
 * share. Each line is left out where it is not known: Redis 6 has neither functions nor, at first, channels.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
function rulesFor(database: number): readonly (readonly string[])[] {
  return [
    ["&*"],
    ["-@admin"],
    ...HARMLESS.map((command) => [`+${command}`]),
    ["-flushall"],
    ["-swapdb"],
    ["-move"],
    ["-select", `+select|${database}`],
    ["-script", "+script|load", "+script|exists"],
    ["-function|flush"],
    ["-function|kill"],
  ];
}

/** What counts as administration, in some version at least, and harms nobody. */
const HARMLESS: readonly string[] = [
  "acl|whoami",
  "client|caching",
  "client|getname",
  "client|getredir",
  "client|id",
  "client|info",
  "client|list",
  "client|reply",
  "client|setname",
  "client|tracking",
  "client|trackinginfo",
  "client|unblock",
  "config|get",
  "lastsave",
  "role",
  "slowlog|get",
  "slowlog|len",
];

function isUnknownRule(error: Error): boolean {
  return error.message.includes("ACL SETUSER modifier");
}
