import type { ContainerBackend } from "../backend/container-backend.ts";
import type { Settings } from "../config/settings.ts";
import type { Listeners } from "../events/emitter.ts";
import type { Clock } from "../time/clock.ts";

/** How an environment is started. */
export interface EnvironmentOptions {
  /** Ends the start early, undoing what it did; the returned promise rejects with its reason. */
  readonly signal?: AbortSignal;
  /**
   * Directory that relative paths start from, and the project whose processes share the services, where the configuration is
   * given in place. Otherwise the search for the configuration file starts there and goes upwards, and the directory of the
   * file found is both.
   * @default the current directory; the project is then that of the nearest `package.json`
   */
  readonly rootDirectory?: string;
  /** Settings that win over environment variables and the configuration, such as those of a command line. */
  readonly settings?: Partial<Settings>;
  /** Told of events from the very start; `on()` adds listeners later. */
  readonly listeners?: Listeners;
  /**
   * The engine to use. Whoever gives one owns it.
   * @default the one that `DOCKER_HOST` or the Docker context names, or the usual socket
   */
  readonly backend?: ContainerBackend;
  /**
   * Where time comes from.
   * @default the system's clock
   */
  readonly clock?: Clock;
}
