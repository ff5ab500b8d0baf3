import { ConfigurationError } from "../errors/configuration-error.ts";
import { isTimeZone } from "../validation/is-time-zone.ts";

/**
 * Reads a setting from text. `origin` is what says it, for messages.
 *
 * @throws ConfigurationError when the text is none of it.
 */
export type ParseSetting<T> = (text: string, origin: string) => T;

/** One of several words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): ParseSetting<Word> {
  return (text, origin) => {
    const word = words.find((known) => known === text);
    if (word !== undefined) return word;
    return refuse(text, `must be ${words.map((known) => JSON.stringify(known)).join(" or ")}`, origin);
  };
}

/** A whole number from `least` on. */
export function aCount(least: number): ParseSetting<number> {
  return (text, origin) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    return count >= least ? count : refuse(text, `must be a whole number from ${least} on`, origin);
  };
}

/** A number from `least` on. */
export function aNumber(least: number): ParseSetting<number> {
  return (text, origin) => {
    const number = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isFinite(number) && number >= least) return number;
    return refuse(text, `must be a number from ${least} on`, origin);
  };
}

/** What something else reads, or `false`. */
export function orFalse<T>(parse: ParseSetting<T>): ParseSetting<T | false> {
  return (text, origin) => (text === "false" ? false : parse(text, origin));
}

/** `true` or `false`. */
export const aSwitch: ParseSetting<boolean> = (text, origin) => oneOf("true", "false")(text, origin) === "true";

/** Whatever is written, if anything is: an empty variable counts as absent, and is what processes are told that are started. */
export const anyText: ParseSetting<string> = (text, origin) =>
  text === "" ? refuse(text, "must not be empty", origin) : text;

/** The name of a time zone. */
export const aTimeZone: ParseSetting<string> = (text, origin) =>
  isTimeZone(text) ? text : refuse(text, TIME_ZONE_EXPECTED, origin);

/** What must be where a time zone is named. */
export const TIME_ZONE_EXPECTED = 'must be the name of a time zone, such as "UTC" or "Europe/Berlin"';

function refuse(text: string, expected: string, origin: string): never {
  throw new ConfigurationError({ origin, problems: [{ path: "", message: `${JSON.stringify(text)} ${expected}` }] });
}
