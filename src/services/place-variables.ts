import { defined } from "../spec/defined.ts";

/** A time zone and a locale. */
export interface Place {
  /** Such as `Europe/Berlin`. */
  readonly timeZone?: string | undefined;
  /** Such as `C.UTF-8`. */
  readonly locale?: string | undefined;
}

/**
 * The environment variables by which programs know where they are, and `own`, which win over them: with one of a locale's, none
 * of ours is set, since `LC_ALL` would win over it.
 */
export function placeVariables(
  { timeZone, locale }: Place,
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const saysLocale = Object.keys(own).some((name) => name === "LANG" || name.startsWith("LC_"));
  return defined({ TZ: timeZone, ...(!saysLocale && { LANG: locale, LC_ALL: locale }), ...own });
}
