import type { Measurement, Row } from "./target.ts";

const columns = ["min", "median", "p95", "p99", "max"] as const;

/** A measurement as text: every side, then the verdict, then what there is to know. */
export function tableOf({ outcome, rows, notes }: Measurement): string {
  const { id, title, unit, n, ratio, target, met, judgedBy } = outcome;
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const head = `${"".padEnd(nameWidth)}${columns.map((column) => column.padStart(10)).join("")}   (${unit}, n = ${n})`;
  return `
${id}  ${title}
${[head, ...rows.map((row) => lineOf(row, nameWidth))].join("\n")}
${judgedBy} ${ratio} (target ≤ ${target}): ${met ? "met" : "NOT MET"}
${notes.map((note) => `  ${note}\n`).join("")}`;
}

function lineOf({ name, summary }: Row, nameWidth: number): string {
  return name.padEnd(nameWidth) + columns.map((column) => summary[column].toFixed(2).padStart(10)).join("");
}
