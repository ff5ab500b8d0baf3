import type { Step, Timeline } from "./trace.ts";

const LABEL_WIDTH = 190;
const CHART_WIDTH = 560;
const FIGURE_WIDTH = 70;
const ROW_HEIGHT = 18;
const TITLE_HEIGHT = 30;
const BAR_HEIGHT = 10;

const style = `
  text { font: 12px system-ui, sans-serif; fill: #57606a; }
  .title { font-weight: 600; fill: #24292f; }
  rect { fill: #0969da; }
  line { stroke: #d0d7de; }
  @media (prefers-color-scheme: dark) {
    text { fill: #8b949e; }
    .title { fill: #e6edf3; }
    rect { fill: #2f81f7; }
    line { stroke: #30363d; }
  }`;

/** Timelines below one another, on one scale, as an SVG document. */
export function draw(timelines: readonly Timeline[]): string {
  const endMs = Math.max(...timelines.map(lengthOf));
  const scale = CHART_WIDTH / endMs;
  const rows: string[] = [];
  let y = 0;
  for (const timeline of timelines) {
    rows.push(`<line x1="0" x2="100%" y1="${y + 6}" y2="${y + 6}"/>`);
    rows.push(`<text class="title" x="0" y="${y + 22}">${timeline.title}: ${lengthOf(timeline).toFixed(0)} ms</text>`);
    y += TITLE_HEIGHT;
    for (const step of timeline.steps) {
      rows.push(rowOf(step, y, scale));
      y += ROW_HEIGHT;
    }
  }
  const width = LABEL_WIDTH + CHART_WIDTH + FIGURE_WIDTH;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${y + 4}" viewBox="0 0 ${width} ${y + 4}" role="img">
<title>From the start of a process to the first answer of its database</title>
<style>${style}
</style>
${rows.join("\n")}
</svg>
`;
}

function rowOf({ step, fromMs, toMs }: Step, y: number, scale: number): string {
  const x = LABEL_WIDTH + fromMs * scale;
  const width = Math.max(1, (toMs - fromMs) * scale);
  const label = `<text x="0" y="${y + BAR_HEIGHT}">${step}</text>`;
  const bar = `<rect x="${x.toFixed(1)}" y="${y + 1}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`;
  const figure = `<text x="${(x + width + 5).toFixed(1)}" y="${y + BAR_HEIGHT}">${(toMs - fromMs).toFixed(0)} ms</text>`;
  return `${label}${bar}${figure}`;
}

function lengthOf({ steps }: Timeline): number {
  return Math.max(...steps.map(({ toMs }) => toMs));
}
