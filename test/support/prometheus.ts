import parse from "parse-prometheus-text-format";

/** A metric as the parser reads it. */
export interface ParsedFamily {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly metrics: readonly ParsedSample[];
}

/** One value of a metric. */
export interface ParsedSample {
  readonly value: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * What a parser of the Prometheus text format that is not ours makes of a text. It would drop the labels of summaries, so these
 * are read as single values.
 */
export function parsePrometheus(text: string): readonly ParsedFamily[] {
  return parse(text.replaceAll(/^# TYPE \S+ summary\n/gm, "")) as readonly ParsedFamily[];
}

/** The value of a metric that has just one with these labels. */
export function valueOf(
  families: readonly ParsedFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = families
    .filter((family) => family.name === name)
    .flatMap(({ metrics }) => metrics)
    .filter((metric) => Object.entries(labels).every(([label, value]) => metric.labels?.[label] === value));
  if (found.length !== 1) throw new Error(`${name} has ${found.length} values with ${JSON.stringify(labels)}.`);
  return Number(found[0]!.value);
}
