import { isPlainObject } from "../errors/is-object.ts";

/** Names of what nobody else should read. */
const SECRET = /passw|passphrase|pwd|secret|token|credential|(api|access|private)_?key/i;

/** What a service is called says nothing of its options. */
const SERVICE = /^services\.[^.]+\./;

/** The password in a URL, which may have an `@` itself. */
const URL_PASSWORD = /(\w:\/\/[^\s:/@]*):\S+@/g;

const MASK = "***";

/**
 * A value as it may be shown: what its path says is secret, and passwords within URLs, are masked. Of functions and of instances
 * of classes only that they are there.
 */
export function masked(value: unknown, path: string): unknown {
  if (value !== undefined && SECRET.test(path.replace(SERVICE, ""))) return MASK;
  if (typeof value === "string") return value.replaceAll(URL_PASSWORD, `$1:${MASK}@`);
  if (typeof value === "function") return "[function]";
  if (Array.isArray(value)) return value.map((item: unknown) => masked(item, path));
  if (typeof value !== "object" || value === null) return value;
  if (!isPlainObject(value)) return `[${value.constructor.name}]`;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, masked(inner, `${path}.${key}`)]),
  );
}
