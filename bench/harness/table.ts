import type { Measurement, Outcome, Row } from "./target.ts";

const columns = ["min", "median", "p95", "p99", "max"] as const;

/** A measurement as text: every side, then the verdict, then what there is to know. */
export function tableOf({ outcome, rows, notes }: Measurement): string {
  const { id, title, unit, n } = outcome;
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const head = `${"".padEnd(nameWidth)}${columns.map((column) => column.padStart(10)).join("")}   (${unit}, n = ${n})`;
  return `
${id}  ${title}
${[head, ...rows.map((row) => lineOf(row, nameWidth))].join("\n")}
${verdictsOf(outcome).join("\n")}
${notes.map((note) => `  ${note}\n`).join("")}`;
}

function verdictsOf({ ratio, target, met, judgedBy, judged }: Outcome): readonly string[] {
  const all = judged ?? { [judgedBy]: { figure: ratio, target, met } };
  return Object.entries(all).map(
    ([name, each]) => `${name} ${each.figure} (target ≤ ${each.target}): ${each.met ? "met" : "NOT MET"}`,
  );
}

function lineOf({ name, summary }: Row, nameWidth: number): string {
  return name.padEnd(nameWidth) + columns.map((column) => summary[column].toFixed(2).padStart(10)).join("");
}
