import type { StoppedContainer } from "../teardown/cleanup-report.ts";
import type { ReleaseReport } from "./coordination.ts";

/** Nothing was given back. */
export const noReport: ReleaseReport = { containers: [], errors: [] };

/** Brings reports together. */
export function mergeReports(reports: readonly ReleaseReport[]): ReleaseReport {
  return {
    containers: reports.flatMap(({ containers }) => containers),
    errors: reports.flatMap(({ errors }) => errors),
  };
}

/** The report of one container. */
export function reportOf(container: StoppedContainer): ReleaseReport {
  return { containers: [container], errors: container.error === undefined ? [] : [container.error] };
}
