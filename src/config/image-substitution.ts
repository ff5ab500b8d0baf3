import { ConfigurationError } from "../errors/configuration-error.ts";

/** An image name with `*` for any text, and what is used in its place. */
export type Substitution = readonly [pattern: string, replacement: string];

/**
 * Reads rules such as `postgres:*=mirror.example/postgres:17,redis:*=mirror.example/redis:8`.
 *
 * @param origin - What holds them, for messages.
 * @throws ConfigurationError when one is not `pattern=image`.
 */
export function parseSubstitutions(text: string, origin: string): readonly Substitution[] {
  const rules = text.split(",").map((rule) => rule.trim());
  return rules.filter((rule) => rule !== "").map((rule) => parseRule(rule, origin));
}

function parseRule(rule: string, origin: string): Substitution {
  const at = rule.indexOf("=");
  const pattern = rule.slice(0, at).trim();
  const replacement = rule.slice(at + 1).trim();
  if (at > 0 && pattern !== "" && replacement !== "") return [pattern, replacement];
  const message = `${JSON.stringify(rule)} must be \`pattern=image\`, for example \`postgres:*=mirror.example/postgres:17\``;
  throw new ConfigurationError({ origin, problems: [{ path: "", message }] });
}

/** The image to use for `image`: the replacement of the first rule that matches it, or itself. */
export function substituteImage(image: string, rules: readonly Substitution[]): string {
  const rule = rules.find(([pattern]) => matches(image, pattern));
  return rule?.[1] ?? image;
}

function matches(image: string, pattern: string): boolean {
  const literals = pattern.split("*").map((literal) => literal.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join(".*")}$`).test(image);
}
