/** One value of a metric, and what tells it from others of the same name. */
export interface Sample {
  /** What tells it apart. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value. */
  readonly value: number;
  /** What its name ends with, such as `_sum` of a summary. */
  readonly suffix?: "_sum" | "_count";
}

/** A metric of Prometheus. */
export interface Family {
  /** Its name, which says the unit. */
  readonly name: string;
  /** What it is, in a sentence. */
  readonly help: string;
  /** How Prometheus takes it. */
  readonly type: "gauge" | "counter" | "summary";
  /** Its values; a metric without any is left out. */
  readonly samples: readonly Sample[];
}

/** How Prometheus wants a label's value. */
const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", '"': '\\"' };

/** The content type of what `expositionOf` writes. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Metrics in the text format of Prometheus.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function expositionOf(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(textOf)
    .join("");
}

function textOf({ name, help, type, samples }: Family): string {
  const lines = samples.map(({ labels, value, suffix = "" }) => `${name}${suffix}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ""].join("\n");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escape(value: string): string {
  return value.replaceAll(/[\\\n"]/g, (character) => ESCAPES[character] ?? character);
}
