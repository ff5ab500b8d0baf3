import type { Json } from "../../spec/container-spec.ts";
import type { IsolationPer } from "../isolation-options.ts";
import type { PartVariables } from "../part-variables.ts";
import type { Dependencies } from "../service-definition.ts";
import type { ServiceOptions } from "../service-options.ts";
import type { ModuleContainer, ModuleIsolation } from "./module-container.ts";

/** The options of every service that make sense where a module describes the container. */
type SharedOptions<Needs extends Dependencies> = Pick<
  ServiceOptions<Needs>,
  | "dependsOn"
  | "network"
  | "resources"
  | "startTimeoutMs"
  | "stopGraceMs"
  | "supervision"
  | "scope"
  | "keepAliveMs"
  | "recovery"
>;

/** Options of `testcontainer()`. */
export interface TestcontainerOptions<
  Started,
  Data,
  Needs extends Dependencies = Dependencies,
  Per extends IsolationPer = IsolationPer,
> extends SharedOptions<Needs> {
  /**
   * Identifies what the factory makes: processes whose keys are equal share one container. What a factory does cannot be told
   * beforehand, so name here all that makes a difference: the image's tag, settings, a version of your own.
   */
  readonly key: Json;
  /**
   * What of the started container everybody gets as `data`, in this and in other processes: plain data, as JSON has it. Runs
   * only where the container is created, before anybody gets it, so it may also fill the container.
   */
  readonly connection: (started: Started) => Data | Promise<Data>;
  /** Gives each test, file or worker a container of its own, which the factory makes anew. All share one when absent. */
  readonly isolation?: ModuleIsolation<Data, Per>;
  /**
   * Environment variables by which programs find it, such as `{ BROKER: ({ data }) => data.address }`; the value is a
   * property of its handle, or what a function makes of it. `cleanroom run` sets them, and test runners do where `isolation.per` is
   * `"file"` or `"worker"`, before a test file is loaded.
   */
  readonly variables?: PartVariables<ModuleContainer<Data>>;
}
