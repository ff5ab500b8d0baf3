import type { Command, CommandEnd } from "./run-command.ts";
import { runCommand } from "./run-command.ts";
import type { SettingFlags } from "./setting-flags.ts";
import { assignmentsOf } from "./setting-flags.ts";
import { withServices } from "./with-services.ts";

/** What `cleanroom isolate` is told. */
export interface IsolateCommandOptions extends SettingFlags {
  /** Path of the configuration. */
  readonly config?: string;
  /** The command as a line for the shell. */
  readonly exec?: string;
  /** Whether to say nothing while the service starts. */
  readonly quiet?: boolean;
}

/** Runs a command with a part of a service that is its own, and returns how it ended. */
export async function isolate(
  service: string,
  command: Command,
  { config, quiet, exec: _exec, ...flags }: IsolateCommandOptions,
): Promise<CommandEnd> {
  const wanted = { config, names: [service], areAllTold: true, quiet, set: assignmentsOf(flags) };
  return withServices(wanted, (variables) => runCommand(command, variables));
}
