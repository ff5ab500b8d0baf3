import type { CachesOptions } from "../caches/caches-options.ts";
import type { CapacityPolicy } from "../registry/capacity-policy.ts";
import type { RegistryOptions } from "./registry-accounts.ts";
import type { DefaultLimits } from "../services/service-defaults.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";
import type { ContainerCustomizer } from "../spec/customizer.ts";

/** Services by name. The name is what tests, other containers and messages call them. */
export type Services = Readonly<Record<string, ServiceDefinition<unknown, unknown>>>;

/** What a project's tests need. */
export interface CleanroomConfig<Configured extends Services = Services> {
  /** The services, by name. */
  readonly services: Configured;
  /**
   * Images to use in place of others, such as those of a private mirror: `{ "*": "mirror.example/*" }`. A `*` stands for any text,
   * and in the replacement for what that was; the first match wins. The environment variable `CLEANROOM_IMAGE_SUBSTITUTIONS` wins over it.
   */
  readonly imageSubstitutions?: Readonly<Record<string, string>>;
  /**
   * When the images of services are fetched whose options do not say. The environment variable `CLEANROOM_PULL_POLICY` wins over
   * it.
   * @default "missing"
   */
  readonly pullPolicy?: "missing" | "always" | "never";
  /**
   * Accounts that images are fetched with, by the host of their registry, with its port if their names have one:
   * `{ "registry.example": { username: "ci", passwordFrom: "REGISTRY_TOKEN" } }`. Images that name no registry are from
   * `docker.io`.
   * @default the accounts that `docker login` or `DOCKER_AUTH_CONFIG` know
   */
  readonly registries?: Readonly<Record<string, RegistryOptions>>;
  /** Changes to every container's description, applied in order. */
  readonly customizers?: readonly ContainerCustomizer[];
  /**
   * How processes share services. `shared`: through one small process for all of them, which also removes what a process leaves
   * that is killed. `in-process`: not at all, where no process may be started; what is killed leaves its containers. The
   * environment variable `CLEANROOM_COORDINATION` wins over it.
   * @default "shared"
   */
  readonly coordination?: "shared" | "in-process";
  /**
   * Whether what initialisation made, migrations included, is kept as an image, from which later starts begin. Of Postgres
   * only, and where processes share services. The environment variable `CLEANROOM_WARM_IMAGES` (`true` or `false`) wins over it.
   * @default false
   */
  readonly warmImages?: boolean;
  /**
   * Whether a container that exits or never becomes healthy at its start, or fails while it is used, is kept to be looked at:
   * its files, its log, and its processes if they run. The error, or a warning, says how. It goes with `cleanroom down`, with
   * `cleanroom prune`, or with the first run a day after its start. Only where processes share services. The environment
   * variable `CLEANROOM_KEEP_ON_FAILURE` (`true` or `false`) wins over it.
   * @default false
   */
  readonly keepOnFailure?: boolean;
  /**
   * How many containers the project may have; unlimited when absent. The environment variables `CLEANROOM_MAX_CONTAINERS`,
   * `CLEANROOM_MAX_IDLE_CONTAINERS` and `CLEANROOM_WHEN_FULL` win over it.
   */
  readonly capacity?: CapacityPolicy;
  /** How containers, images, networks and volumes are kept for whoever needs them next. */
  readonly caches?: CachesOptions;
  /**
   * How much of the machine each container may use whose own `limits` do not say; `false`: as much as there is. The environment
   * variables `CLEANROOM_MEMORY_BYTES`, `CLEANROOM_PIDS` and `CLEANROOM_CPU_CORES` win over it.
   * @default 4 GiB of memory and 4,096 processes and threads
   */
  readonly limits?: DefaultLimits | false;
  /**
   * What the names of containers, the order in which they start and end, their host ports and random choices follow from, so that
   * two runs do the same. Services then start one after the other. The environment variable `CLEANROOM_SEED` wins over it.
   * @default none; then they are left to chance
   */
  readonly seed?: string | number;
  /**
   * Time zone of every container, as its environment variable `TZ`, of PostgreSQL's sessions, and of the command of `cleanroom run`,
   * for example `Europe/Berlin`. A service's own `env` wins over it, as does the environment variable `CLEANROOM_TIME_ZONE`.
   * @default that of the image
   */
  readonly timeZone?: string;
  /**
   * Locale of every container and of the command of `cleanroom run`, as environment variables `LANG` and `LC_ALL`; the images must
   * have it, as most have `C.UTF-8`. A service's own `env` wins over it, as does the environment variable `CLEANROOM_LOCALE`.
   * @default that of the image
   */
  readonly locale?: string;
  /**
   * Whether images that `cleanroom.lock` does not name, or that are others in the engine than it says, are refused. The environment variable `CLEANROOM_FROZEN` (`true`
   * or `false`) wins over it.
   * @default false
   */
  readonly frozen?: boolean;
}

/** Gives a configuration its type, and returns it as it is. It is checked when an environment starts. */
export function defineConfig<const Configured extends Services>(
  config: CleanroomConfig<Configured>,
): CleanroomConfig<Configured> {
  return config;
}
