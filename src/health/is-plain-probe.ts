import type { Probe } from "./probe.ts";

/** Whether a probe is plain data all through, so that another process can check it: nothing of it is the user's code. */
export function isPlainProbe(probe: Probe): boolean {
  if (!("kind" in probe)) return false;
  switch (probe.kind) {
    case "http":
      return typeof probe.status !== "function";
    case "not":
      return isPlainProbe(probe.probe);
    case "all":
    case "any":
    case "sequence":
      return probe.probes.every(isPlainProbe);
    default:
      return true;
  }
}
