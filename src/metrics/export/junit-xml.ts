import type { StartTimings } from "../../events/event-map.ts";
import type { EnvironmentMetrics, StartMetrics } from "../environment-metrics.ts";
import type { Timings } from "../timings.ts";

/** Steps of a start, by what they are called in a report. */
const steps: readonly (readonly [name: string, field: keyof StartTimings])[] = [
  ["pull", "pullMs"],
  ["create", "createMs"],
  ["start", "startMs"],
  ["wait", "waitMs"],
  ["prepare", "prepareMs"],
];

const ESCAPES: Readonly<Record<string, string>> = {
  ...{ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;" },
};

/**
 * What `environment.metrics()` tells, as a JUnit report beside that of the tests: each start is a test case, which failed when
 * the start did; where its time went, and what was measured, are properties.
 */
export function junitXml({ starts, measurements }: EnvironmentMetrics): string {
  const failures = starts.filter(({ outcome }) => outcome === "failed").length;
  const totalMs = starts.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const counts = `tests="${starts.length}" failures="${failures}" errors="0" skipped="0" time="${seconds(totalMs)}"`;
  const measured = Object.entries(measurements).flatMap(([name, timings]) => propertiesOf(name, timings));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="cleanroom" ${counts}>`,
    ...properties(measured, "    "),
    ...starts.flatMap(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

type Property = readonly [name: string, value: string | number];

function testCase({ name, durationMs, timings, attempts, isWarm, error }: StartMetrics): readonly string[] {
  const inner = [
    ...properties(
      [
        ...(timings === undefined ? [] : steps.map(([step, field]): Property => [`${step}Ms`, timings[field]])),
        ...(attempts === undefined ? [] : [["attempts", attempts] as const]),
        ...(isWarm === undefined ? [] : [["warm", String(isWarm)] as const]),
      ],
      "      ",
    ),
    ...(error === undefined ? [] : [`      <failure message="${attribute(error)}"/>`]),
  ];
  const open = `    <testcase classname="cleanroom" name="start ${attribute(name)}" time="${seconds(durationMs)}"`;
  return [`${open}>`, ...inner, "    </testcase>"];
}

function propertiesOf(name: string, timings: Timings): readonly Property[] {
  return (["count", "failures", "p50Ms", "p95Ms", "p99Ms", "perSecond"] as const).map((field) => [
    `${name}.${field}`,
    timings[field],
  ]);
}

function properties(list: readonly Property[], indent: string): readonly string[] {
  if (list.length === 0) return [];
  const lines = list.map(([name, value]) => {
    return `${indent}  <property name="${attribute(name)}" value="${attribute(rounded(value))}"/>`;
  });
  return [`${indent}<properties>`, ...lines, `${indent}</properties>`];
}

function rounded(value: string | number): string {
  return typeof value === "string" ? value : String(Number(value.toFixed(3)));
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

/** XML 1.0 has no way to say other control characters at all. */
function attribute(text: string): string {
  return text
    .replaceAll(/[&<>"\n\t\r]/g, (character) => ESCAPES[character] ?? "")
    .replaceAll(/[^\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "�");
}
