import { ConfigurationError } from "../errors/configuration-error.ts";

/** An image name with `*` for any text, and what is used in its place, with `*` for what that was. */
export type Substitution = readonly [pattern: string, replacement: string];

/**
 * Reads rules such as `postgres:*=mirror.example/postgres:17,*=mirror.example/*`.
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
  const isComplete = at > 0 && pattern !== "" && replacement !== "";
  const problem = problemOfStars([pattern, replacement]);
  if (isComplete && problem === undefined) return [pattern, replacement];
  const expected = problem ?? "must be `pattern=image`, for example `postgres:*=mirror.example/postgres:17`";
  const message = `${JSON.stringify(rule)} ${expected}`;
  throw new ConfigurationError({ origin, problems: [{ path: "", message }] });
}

/** The image to use for `image`: the replacement of the first rule that matches it, or itself. */
export function substituteImage(image: string, rules: readonly Substitution[]): string {
  for (const [pattern, replacement] of rules) {
    const stars = match(image, pattern);
    if (stars !== undefined) return filled(replacement, stars);
  }
  return image;
}

/** What is wrong with a rule whose replacement has more stars than its pattern, if it is one. */
export function problemOfStars([pattern, replacement]: Substitution): string | undefined {
  const [wanted = 0, given = 0] = [replacement, pattern].map((text) => text.split("*").length - 1);
  return wanted <= given ? undefined : "must not have more `*` in the image than in the pattern, which they stand for";
}

function filled(replacement: string, stars: readonly string[]): string {
  const [start = "", ...rest] = replacement.split("*");
  return rest.reduce((name, literal, index) => name + (stars[index] ?? "") + literal, start);
}

/** What each star of the pattern stands for; `undefined` when it does not match. */
function match(image: string, pattern: string): readonly string[] | undefined {
  const literals = pattern.split("*").map((literal) => literal.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${literals.join("(.*)")}$`).exec(image)?.slice(1);
}
