import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ProcessIdentity } from "./process-identity.ts";

let identity: ProcessIdentity | undefined;

/** Who this process is. */
export function thisProcess(): ProcessIdentity {
  identity ??= {
    pid: process.pid,
    startedAtMs: Math.round(performance.timeOrigin),
    bootId: bootId(),
    title: [basename(process.argv[0] ?? "node"), basename(process.argv[1] ?? "")].join(" ").trim(),
  };
  return identity;
}

/** Identifies the machine's run since its last start; empty where the system does not tell. */
export function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}
