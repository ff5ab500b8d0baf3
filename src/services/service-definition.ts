import type { ServiceConnection } from "../container/service-connection.ts";
import type { PlanTerms, ServicePlan } from "../container/service-plan.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";
import type { PartMaker } from "./division/part-maker.ts";
import type { ExistingAddress, PendingExistingPlan } from "./existing-service.ts";
import type { IsolateOptions } from "./isolate-options.ts";
import type { IsolationOptions, IsolationPer } from "./isolation-options.ts";
import type { RecoveryOptions } from "./recovery-options.ts";
import type { ServiceDefaults } from "./service-defaults.ts";
import type { VariableSource } from "./part-variables.ts";
import type { ContainerAccess } from "./container-access.ts";

/** What a kind of service is told when its container is planned. */
export interface PlanContext {
  /** Name of the service. */
  readonly name: string;
  /** Directory that relative paths in its options start from. */
  readonly rootDirectory: string;
  /** Whether it joins the environment's network. */
  readonly isOnNetwork: boolean;
  /** The image to use in place of the one asked for. */
  readonly substituteImage: (image: string) => string;
  /** What holds where its options say nothing. */
  readonly defaults: ServiceDefaults;
  /**
   * A password that nobody can guess, for a purpose within the service: the same for everybody who may share it, and another
   * one for everybody else.
   */
  readonly passwordFor: (purpose: string) => string;
  /** The environment variables of this process, for programs that the user has it start. */
  readonly variables: () => Readonly<Record<string, string>>;
  /** Customizers of the whole environment; a service's own come after them. */
  readonly customizers: readonly ContainerCustomizer[];
}

/** Handles of the services that one depends on, under the names its options give them. */
export type DependencyHandles = Readonly<Record<string, unknown>>;

/** A plan that lacks nothing but the handles of what the service depends on. */
export type PendingPlan = (dependencies: DependencyHandles) => ServicePlan;

/** How one kind of service is planned, reached and isolated. */
export interface ServiceKind<Handle, Isolated> {
  /**
   * Checks the options as they were given.
   *
   * @throws ConfigurationError with everything that is wrong.
   */
  validate(name: string): Promise<void>;
  /**
   * Decides everything about the container, from options that are valid.
   *
   * @throws ConfigurationError when a file that the options name is not there.
   */
  plan(context: PlanContext): Promise<PendingPlan>;
  /**
   * Decides how a service is used that exists already; reads no files yet.
   *
   * @throws ConfigurationError when its address cannot be that of this kind.
   */
  planExisting(address: ExistingAddress): PendingExistingPlan;
  /** A handle on a service that is ready; in any process. The environment owns the service. */
  attach(connection: ServiceConnection, access: ContainerAccess): Handle & AsyncDisposable;
  /** A part of the service that belongs to the caller alone, who disposes it; the service itself where it has no parts. */
  isolate(handle: Handle, options?: IsolateOptions): Promise<Isolated>;
  /**
   * What makes its parts in this process, for whoever needs one; the caller disposes it. Absent where the coordinator makes them,
   * and where there are none.
   */
  divide?(handle: Handle): PartMaker & AsyncDisposable;
}

/** Services by the names that options give them. */
export type Dependencies = Readonly<Record<string, ServiceDefinition<unknown, unknown>>>;

/**
 * What `postgres()`, `redis()` and `container()` return: a description of a service. Making one starts nothing. The same
 * object always means the same service within an environment.
 */
export interface ServiceDefinition<Handle, Isolated = Handle, Per extends IsolationPer = IsolationPer> {
  /** What it is, for example `postgres`. */
  readonly kind: string;
  /** The image asked for. */
  readonly image: string;
  /** What must be ready before it starts. */
  readonly dependsOn: Dependencies;
  /** The options as they were given. */
  readonly options: {
    readonly network?: boolean;
    readonly scope?: PlanTerms["scope"];
    readonly urlFrom?: string;
    readonly recovery?: RecoveryOptions;
    readonly isolation?: IsolationOptions<Per>;
    readonly variables?: Readonly<Record<string, VariableSource>>;
  };
  /**
   * Whether its isolated parts are whole containers, which may have to be started first.
   * @default false
   */
  readonly hasOwnContainers?: boolean;
  /** Loads what knows how to run it; only done once it is needed. */
  readonly load: () => Promise<ServiceKind<Handle, Isolated>>;
}

/** The handle that a service is used through. */
export type HandleOf<Definition> = Definition extends ServiceDefinition<infer Handle, unknown> ? Handle : never;

/** What a single test gets of a service. */
export type IsolatedOf<Definition> =
  Definition extends ServiceDefinition<infer _Handle, infer Isolated> ? Isolated : never;

/** Which tests share what a test gets of a service; all three where its type does not tell. */
export type IsolationPerOf<Definition> =
  Definition extends ServiceDefinition<infer _Handle, infer _Isolated, infer Per> ? Per : never;
