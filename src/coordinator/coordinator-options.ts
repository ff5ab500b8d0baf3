import { parseJson } from "../spec/parse-json.ts";
import type { CoordinatorPaths } from "./state-directory.ts";

/** What a coordinator's process is told when it is started. */
export interface CoordinatorProcessOptions {
  /** Where its files are. */
  readonly paths: CoordinatorPaths;
  /** The state directory. */
  readonly stateDirectory: string;
  /** Address of the engine. */
  readonly endpoint: string;
  /** Directory of the certificates to reach it with; without encryption when absent. */
  readonly certificateDirectory?: string | undefined;
}

/** As one argument of a command line. It holds no secret: whoever lists processes can read it. */
export function toArgument({
  paths,
  stateDirectory,
  endpoint,
  certificateDirectory,
}: CoordinatorProcessOptions): string {
  return JSON.stringify({ paths, stateDirectory, endpoint, certificateDirectory });
}

/** Reads what `toArgument` wrote. */
export function fromArgument(argument: string): CoordinatorProcessOptions {
  return parseJson<CoordinatorProcessOptions>(argument);
}
