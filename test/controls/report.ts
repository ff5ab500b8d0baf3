import type { Tried, Verdict } from "./try-all.ts";

/** How much of what a test said is shown of a control that proves nothing, in characters. */
const SHOWN_LENGTH = 2_000;

const meanings: Readonly<Record<Verdict, string>> = {
  proves: "proves it",
  "fails-anyway": "FAILS AS IT IS",
  "not-run": "NOT RUN",
  "passes-without": "PASSES WITHOUT",
  inconclusive: "INCONCLUSIVE",
};

/** What was found as text: a line for each control, then what was said of those that prove nothing, then the sum. */
export function reportOf(tried: readonly Tried[]): string {
  const width = Math.max(...tried.map(({ feature }) => feature.length));
  const lines = tried.map((one) => lineOf(one, width));
  const others = tried.filter(({ verdict }) => verdict !== "proves");
  const sum = `${tried.length - others.length} of ${tried.length} features are proved by a test that fails without them.`;
  return `\n${[headOf(width), ...lines].join("\n")}\n${others.map(explain).join("")}\n${sum}\n`;
}

/** The same for programs. */
export function jsonOf(tried: readonly Tried[]): string {
  const rows = tried.map(({ said, ...rest }) => (rest.verdict === "proves" ? rest : { ...rest, said }));
  return `${JSON.stringify(rows, undefined, 2)}\n`;
}

function headOf(width: number): string {
  return `  row  ${"feature".padEnd(width)}  as it is  off     seconds  `;
}

function lineOf({ row, feature, verdict, seconds }: Tried, width: number): string {
  const [asItIs, off] = {
    proves: ["passed", "failed"],
    "fails-anyway": ["failed", "-"],
    "not-run": ["-", "-"],
    "passes-without": ["passed", "passed"],
    inconclusive: ["passed", "-"],
  }[verdict];
  const columns = [String(row).padStart(5), feature.padEnd(width), asItIs?.padEnd(8), off?.padEnd(6)];
  return `${columns.join("  ")}  ${(seconds?.toFixed(1) ?? "").padStart(7)}  ${meanings[verdict]}`;
}

function explain({ feature, test, off, verdict, said }: Tried): string {
  const text = said.trim();
  return `
──── ${feature}: ${meanings[verdict]}
${test.file} > ${test.name}
${off.file}: ${JSON.stringify(off.find)} → ${JSON.stringify(off.replace)}
${text.slice(-SHOWN_LENGTH)}
`;
}
