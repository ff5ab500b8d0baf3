import { resolveRetryPolicy } from "../recovery/retry-policy.ts";
import { defined } from "../spec/defined.ts";
import type { PlanTerms } from "../container/service-plan.ts";
import type { ResolvedResources } from "../resources/resource-rule.ts";
import { resolveResources } from "../resources/resource-rule.ts";
import type { SecurityOptions, ServiceOptions } from "./service-options.ts";

/** Options with every default in place; those that are still optional have a meaning when they are absent. */
export type ResolvedServiceOptions = Omit<
  Required<ServiceOptions>,
  | "dependsOn"
  | "healthCheck"
  | "limits"
  | "network"
  | "platform"
  | "pullPolicy"
  | "recovery"
  | "resources"
  | "security"
  | "urlFrom"
> &
  Pick<ServiceOptions, "healthCheck" | "platform"> & {
    readonly resources: ResolvedResources;
    readonly security: Required<SecurityOptions>;
  };

const defaultSecurity: Required<SecurityOptions> = {
  privileged: false,
  readOnlyRootFilesystem: false,
  addCapabilities: [],
  dropCapabilities: [],
  allowNewPrivileges: false,
};

const defaults: ResolvedServiceOptions = {
  envFiles: [],
  secrets: {},
  files: [],
  mounts: [],
  networkAliases: [],
  hostAccess: false,
  init: [],
  resources: resolveResources({}),
  security: defaultSecurity,
  labels: {},
  startTimeoutMs: 60_000,
  attemptTimeoutMs: 2_000,
  supervision: false,
  stopGraceMs: 10_000,
  scope: "project",
  keepAliveMs: 0,
  customizers: [],
};

/** Puts every default in place, here and nowhere else. */
export function resolveServiceOptions(options: ServiceOptions): ResolvedServiceOptions {
  return {
    ...defaults,
    ...defined(options),
    resources: resolveResources(options.resources ?? {}),
    security: { ...defaultSecurity, ...defined(options.security ?? {}) },
  };
}

/** How a service is started and shared, as its options say. */
export function planTerms(options: ServiceOptions): PlanTerms {
  const { startTimeoutMs, attemptTimeoutMs, scope, keepAliveMs, resources } = resolveServiceOptions(options);
  const { limits = {}, recovery: { retry } = {} } = options;
  const watched = resources.rules.length === 0 ? {} : { resources };
  return {
    ...{ startTimeoutMs, attemptTimeoutMs, scope, keepAliveMs, ...watched },
    isMemoryLimitOfAll: limits !== false && limits.memoryBytes === undefined,
    retry: retry && resolveRetryPolicy(retry),
  };
}
