export type { AdoptedContainer, Adoption, AdoptRequest, ContainerBuilder } from "./backend/adoption.ts";
export type {
  ContainerBackend,
  ContainerInspection,
  ContainerStats,
  CreateRequest,
  EngineHealth,
  EngineInfo,
  ExecOptions,
  ExecResult,
  FileStat,
  NetworkTraffic,
  PullOptions,
  PullProgress,
} from "./backend/container-backend.ts";
export type {
  ContainerEvent,
  ContainerUpdate,
  EngineCaretaker,
  EngineObjectKind,
  LabelledObject,
  WatchListeners,
} from "./backend/engine-caretaker.ts";
export type { EngineFeatures } from "./backend/engine-features.ts";
export type { RegistryOptions } from "./config/registry-accounts.ts";
export type { ConfigValue, ValueOrigin } from "./config/config-values.ts";
export type { CleanroomConfig, Services } from "./config/cleanroom-config.ts";
export { defineConfig } from "./config/cleanroom-config.ts";
export type { LoadedConfig, LoadModule } from "./config/load-config.ts";
export { findConfigFile } from "./config/find-config-file.ts";
export { loadConfigFile } from "./config/load-config.ts";
export type { Substitution } from "./config/image-substitution.ts";
export type { Settings, SettingSource } from "./config/settings.ts";
export type { ServiceConnection } from "./container/service-connection.ts";
export type { CarePlan, RestartPlan, WatchPlan } from "./container/care-plan.ts";
export type { HealthTerms } from "./health/health-tracker.ts";
export type { ForeignContainer, ServicePlan } from "./container/service-plan.ts";
export type { AttachedService } from "./environment/attach-service.ts";
export { attachService } from "./environment/attach-service.ts";
export type { ServiceHandles } from "./environment/cleanroom-environment.ts";
export { CleanroomEnvironment } from "./environment/cleanroom-environment.ts";
export type { EnvironmentOptions } from "./environment/environment-options.ts";
export type { LoadConfigOptions, MergedConfig } from "./environment/load-config.ts";
export { loadConfig } from "./environment/load-config.ts";
export type { ExposeOptions } from "./environment/expose-part.ts";
export { exposePart } from "./environment/expose-part.ts";
export { isEngineAvailable } from "./environment/is-engine-available.ts";
export type { BuildErrorDetails } from "./errors/build-error.ts";
export { BuildError } from "./errors/build-error.ts";
export type { CapacityErrorDetails } from "./errors/capacity-error.ts";
export { CapacityError } from "./errors/capacity-error.ts";
export { CleanroomError, hasCode } from "./errors/cleanroom-error.ts";
export { CleanupError } from "./errors/cleanup-error.ts";
export type { ConfigurationErrorDetails, ConfigurationProblem } from "./errors/configuration-error.ts";
export { ConfigurationError } from "./errors/configuration-error.ts";
export type { CoordinatorErrorDetails } from "./errors/coordinator-error.ts";
export { CoordinatorError } from "./errors/coordinator-error.ts";
export type { CreationErrorCode, CreationErrorDetails, CreationFailure } from "./errors/creation-error.ts";
export { CreationError } from "./errors/creation-error.ts";
export type { EngineRefusal, EngineRequestDetails } from "./errors/engine-request-error.ts";
export { EngineRequestError } from "./errors/engine-request-error.ts";
export type { EngineUnavailableDetails } from "./errors/engine-unavailable-error.ts";
export { EngineUnavailableError } from "./errors/engine-unavailable-error.ts";
export type { ExitErrorDetails } from "./errors/exit-error.ts";
export { ExitError } from "./errors/exit-error.ts";
export type { HealthErrorDetails } from "./errors/health-error.ts";
export { HealthError } from "./errors/health-error.ts";
export type { IsolationErrorDetails } from "./errors/isolation-error.ts";
export { IsolationError } from "./errors/isolation-error.ts";
export { LifecycleError } from "./errors/lifecycle-error.ts";
export type { MigrationErrorDetails } from "./errors/migration-error.ts";
export { MigrationError } from "./errors/migration-error.ts";
export { ProbeError } from "./errors/probe-error.ts";
export type { LimitedResource, ResourceErrorCode, ResourceErrorDetails } from "./errors/resource-error.ts";
export { ResourceError } from "./errors/resource-error.ts";
export type { StartErrorDetails } from "./errors/start-error.ts";
export { StartError } from "./errors/start-error.ts";
export type { TimeoutErrorDetails } from "./errors/timeout-error.ts";
export { TimeoutError } from "./errors/timeout-error.ts";
export { UnsupportedError } from "./errors/unsupported-error.ts";
export type { Listener, Listeners } from "./events/emitter.ts";
export type {
  ConditionChangeEvent,
  ContainerRestartedEvent,
  EventMap,
  ExistingServiceEvent,
  FallbackEvent,
  HealthChangeEvent,
  BuildEvent,
  PullEvent,
  ReadyEvent,
  RemovedEvent,
  ResetEvent,
  ResourceExceededEvent,
  RetryEvent,
  StartFailedEvent,
  StartTimings,
  StateEvent,
  WarmImageEvent,
} from "./events/event-map.ts";
export type { ContainerHealth } from "./health/container-health.ts";
export type { DiskUse } from "./health/disk-use.ts";
export type {
  CombinedProbe,
  CommandProbe,
  CommandProbeOptions,
  DiskProbe,
  DiskProbeOptions,
  FileProbe,
  FileProbeOptions,
  HealthCheckProbe,
  HealthProbe,
  HttpProbe,
  HttpProbeOptions,
  MemoryProbe,
  MemoryProbeOptions,
  NotProbe,
  PostgresProbe,
  Probe,
  ProbeTarget,
  RedisProbe,
  TcpProbe,
  TcpProbeOptions,
  TextPattern,
} from "./health/probe.ts";
export { all, any, command, disk, file, healthCheck, http, memory, not, sequence, tcp } from "./health/probes.ts";
export type {
  HealthChange,
  HealthCheckName,
  HealthReport,
  HealthResult,
  HealthStatus,
} from "./lifecycle/health-status.ts";
export type { ContainerState } from "./lifecycle/lifecycle-state.ts";
export type { CountedEvent, EnvironmentMetrics, StartMetrics } from "./metrics/environment-metrics.ts";
export { junitXml } from "./metrics/export/junit-xml.ts";
export { prometheusText } from "./metrics/export/prometheus-text.ts";
export type { ProxyOptions, ServiceProxy } from "./metrics/proxy/service-proxy.ts";
export type {
  CheckMetrics,
  ContainerMetrics,
  HealthMetrics,
  PerformanceMetrics,
  ServiceMetrics,
  TrafficMetrics,
} from "./metrics/service-metrics.ts";
export type { Timings } from "./metrics/timings.ts";
export type { CachesStats, CacheStats, EvictionReason } from "./caches/cache-stats.ts";
export type { ChosenPolicy } from "./caches/cache-terms.ts";
export type {
  CachesOptions,
  ContainerCacheOptions,
  ImageCacheOptions,
  ObjectCacheOptions,
} from "./caches/caches-options.ts";
export type { EntryUse, EvictionPolicy, EvictionPolicyName } from "./caches/eviction-policy.ts";
export type { EnvironmentCaches } from "./environment/environment-caches.ts";
export type { CapacityPolicy } from "./registry/capacity-policy.ts";
export type { ContainerRegistry, RegistryEntry } from "./registry/container-registry.ts";
export type { MonitorOptions } from "./resources/monitor-container.ts";
export type { ResourceMetric } from "./resources/resource-metric.ts";
export type {
  AlertRule,
  KillRule,
  ResourceOptions,
  ResourceRule,
  ResourceRuleTerms,
  RestartRule,
  ThrottleRule,
} from "./resources/resource-rule.ts";
export type {
  CpuUse,
  MemoryUse,
  NetworkUse,
  PidsUse,
  ResourceSample,
  StorageUse,
} from "./resources/resource-sample.ts";
export type { RetryableCode, RetryPolicy } from "./recovery/retry-policy.ts";
export type { Fallback, FallbackTarget, RecoveryOptions } from "./services/recovery-options.ts";
export type { ContainerAccess } from "./services/container-access.ts";
export type { DividedServer, Divider, Division, OwnPart } from "./services/division/division.ts";
export type { MadePart, PartMaker } from "./services/division/part-maker.ts";
export { container } from "./services/generic/container.ts";
export type { GenericContainer } from "./services/generic/generic-container.ts";
export type {
  CommonContainerOptions,
  ContainerIsolationOptions,
  ContainerOptions,
  DividedContainerOptions,
  DividedIsolationOptions,
  HandlesOf,
  PublishedPort,
} from "./services/generic/generic-options.ts";
export type { SharedContainer } from "./services/generic/shared-container.ts";
export type { MigrationCommand, MigrationContext, MigrationFunction } from "./services/postgres/migrate-options.ts";
export type { PostgresContainer } from "./services/postgres/postgres-container.ts";
export type { PostgresDatabase } from "./services/postgres/postgres-database.ts";
export type { PostgresIsolationMode, PostgresIsolationOptions } from "./services/postgres/postgres-isolation.ts";
export type { PostgresOptions } from "./services/postgres/postgres-options.ts";
export type { PostgresSchema } from "./services/postgres/postgres-own-schema.ts";
export type { PostgresParts } from "./services/postgres/postgres-parts.ts";
export type { PostgresTransaction } from "./services/postgres/postgres-transaction.ts";
export type { IsolateOptions } from "./services/isolate-options.ts";
export type { BuildOptions } from "./services/build-options.ts";
export type { DivisibleServiceOptions, IsolationOptions, IsolationPer } from "./services/isolation-options.ts";
export { postgres } from "./services/postgres/postgres.ts";
export type { RedisContainer } from "./services/redis/redis-container.ts";
export type { RedisDatabase } from "./services/redis/redis-database.ts";
export type {
  RedisIsolateOptions,
  RedisIsolationMode,
  RedisIsolationOptions,
} from "./services/redis/redis-isolation.ts";
export type { RedisOptions } from "./services/redis/redis-options.ts";
export type { PartVariables, TextProperty, VariableSource } from "./services/part-variables.ts";
export type { ResetHook } from "./services/reset-hook.ts";
export { redis } from "./services/redis/redis.ts";
export type {
  Dependencies,
  DependencyHandles,
  HandleOf,
  IsolatedOf,
  IsolationPerOf,
  PendingPlan,
  PlanContext,
  ServiceDefinition,
  ServiceKind,
} from "./services/service-definition.ts";
export type { DefaultLimits } from "./services/service-defaults.ts";
export type { ModuleContainer } from "./services/testcontainer/module-container.ts";
export type { TestcontainerOptions } from "./services/testcontainer/testcontainer-options.ts";
export { testcontainer } from "./services/testcontainer/testcontainer.ts";
export type { RestartOptions, SupervisionOptions } from "./services/supervision-options.ts";
export type {
  BindMount,
  CacheMount,
  CopiedFile,
  Secret,
  SecurityOptions,
  ServiceOptions,
  TmpfsMount,
  VolumeMount,
} from "./services/service-options.ts";
export type {
  ContainerSpec,
  FileSpec,
  HealthCheckOptions,
  InitCommand,
  Json,
  MountSpec,
  PortRange,
  PortSpec,
  SecuritySpec,
  VolumeSpec,
} from "./spec/container-spec.ts";
export type { ContainerCustomizer } from "./spec/customizer.ts";
export type { DiskLimit, NetworkRates, ResourceLimits, Ulimit, UlimitName } from "./spec/resource-limits.ts";
export type { ServiceFactory, ServiceTypes } from "./services/service-types.ts";
export { registerServiceType, service } from "./services/service-types.ts";
export type { CleanupReport, StopOutcome, StoppedContainer } from "./teardown/cleanup-report.ts";
export type { Clock, Timer } from "./time/clock.ts";
