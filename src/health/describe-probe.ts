import type { Probe } from "./probe.ts";

/** What a probe checks, in few words, for messages. */
export function describeProbe(probe: Probe): string {
  if (!("kind" in probe)) return probe.name;
  switch (probe.kind) {
    case "tcp":
    case "postgres":
    case "redis":
      return `${probe.kind} ${probe.port}`;
    case "http":
      return `${probe.tls === true ? "https" : "http"} ${probe.method ?? "GET"} :${probe.port}${probe.path ?? "/"}`;
    case "command":
      return `command ${probe.command.join(" ")}`;
    case "file":
      return `${probe.absent === true ? "no file" : "file"} ${probe.path}`;
    case "disk":
      return `disk ${probe.path ?? "/"}`;
    case "memory":
      return "memory";
    case "healthCheck":
      return "the engine's health check";
    case "not":
      return `not ${describeProbe(probe.probe)}`;
    case "all":
    case "any":
    case "sequence":
      return `${probe.kind} of (${probe.probes.map(describeProbe).join(", ")})`;
  }
}
