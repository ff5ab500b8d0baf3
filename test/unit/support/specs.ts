import type { CareInstructions } from "../../../src/container/care-plan.ts";
import type { ServicePlan } from "../../../src/container/service-plan.ts";
import type { ContainerSpec } from "../../../src/index.ts";

/** A description that asks for nothing in particular, with differences. */
export function specWith(differences: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: "app:1",
    pullPolicy: "missing",
    env: {},
    ports: [{ containerPort: 8080, protocol: "tcp" }],
    files: [],
    mounts: [],
    networkAliases: [],
    hasHostAccess: false,
    labels: {},
    limits: {},
    security: {
      isPrivileged: false,
      hasReadOnlyRootFilesystem: false,
      addCapabilities: [],
      dropCapabilities: [],
      allowsNewPrivileges: false,
    },
    stopGraceMs: 10_000,
    engineOptions: {},
    ...differences,
  };
}

/** A plan that waits for nothing but the process, with differences. */
export function planWith(differences: Partial<ServicePlan> = {}): ServicePlan {
  return {
    spec: specWith(),
    care: { startTimeoutMs: 60_000, attemptTimeoutMs: 2_000 },
    startTimeoutMs: 60_000,
    attemptTimeoutMs: 2_000,
    scope: "project",
    keepAliveMs: 0,
    fingerprint: null,
    details: {},
    ...differences,
  };
}

/** Looks after a service no further. */
export const noCare: CareInstructions = {
  startTimeoutMs: 60_000,
  attemptTimeoutMs: 2_000,
  isEngineLocal: true,
  memoryMounts: [],
  startAttempts: 1,
};
