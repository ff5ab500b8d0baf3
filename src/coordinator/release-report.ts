import type { RemovedNetwork, StoppedContainer } from "../teardown/cleanup-report.ts";
import type { ReleaseReport } from "./coordination.ts";

/** Nothing was given back. */
export const noReport: ReleaseReport = { containers: [], networks: [], errors: [] };

/** Brings reports together, containers in the order in which they were gone. */
export function mergeReports(reports: readonly ReleaseReport[]): ReleaseReport {
  const goneAtMs = ({ startedAtMs, durationMs }: StoppedContainer): number => startedAtMs + durationMs;
  return {
    containers: reports.flatMap(({ containers }) => containers).toSorted((a, b) => goneAtMs(a) - goneAtMs(b)),
    networks: reports.flatMap(({ networks }) => networks),
    errors: reports.flatMap(({ errors }) => errors),
  };
}

/** The report of one container. */
export function reportOf(container: StoppedContainer): ReleaseReport {
  return { containers: [container], networks: [], errors: container.error === undefined ? [] : [container.error] };
}

/** The report of networks. */
export function reportOfNetworks(networks: readonly RemovedNetwork[]): ReleaseReport {
  const errors = networks.map(({ error }) => error).filter((error) => error !== undefined);
  return { containers: [], networks, errors };
}
