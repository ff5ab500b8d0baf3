import type { CommandEnd } from "./run-command.ts";
import { runCommand } from "./run-command.ts";
import type { SettingFlags } from "./setting-flags.ts";
import { assignmentsOf } from "./setting-flags.ts";
import { withServices } from "./with-services.ts";

/** What `cleanroom run` is told. */
export interface RunOptions extends SettingFlags {
  /** Path of the configuration. */
  readonly config?: string;
  /** Names of the services to start. */
  readonly service?: readonly string[];
  /** Whether to say nothing while services start. */
  readonly quiet?: boolean;
}

/** Runs a command with services, and returns how it ended. */
export async function run(
  command: readonly [string, ...string[]],
  { config, service: names, quiet, ...flags }: RunOptions,
): Promise<CommandEnd> {
  return withServices({ config, names, quiet, set: assignmentsOf(flags) }, (variables) =>
    runCommand(command, variables),
  );
}
