import type { ContainerBackend } from "../backend/container-backend.ts";
import type { CreationErrorDetails } from "../errors/creation-error.ts";
import { CreationError } from "../errors/creation-error.ts";
import { isEngineRequestError, refusalOf } from "../errors/engine-request-error.ts";
import type { ContainerSpec, InitCommand } from "../spec/container-spec.ts";
import { withoutSecrets } from "../spec/without-secrets.ts";

/** How many of the last lines that a command printed its failure tells. */
const OUTPUT_LINES = 20;

/** The container that is to be initialised. */
export interface Initialised {
  /** Name of the service. */
  readonly name: string;
  /** The engine's id of the container. */
  readonly id: string;
  /** What it was made from. */
  readonly spec: ContainerSpec;
}

/**
 * Runs the commands that a container is to be initialised with, one after the other.
 *
 * @throws CreationError that names the first that fails, with its exit code and its last lines.
 */
export async function runInitCommands(
  container: Initialised,
  backend: Pick<ContainerBackend, "exec">,
  signal: AbortSignal,
): Promise<void> {
  for (const [index, { command, ...options }] of (container.spec.init ?? []).entries()) {
    const failed = failureOf(container, index, command);
    const { exitCode, stdout, stderr } = await backend
      .exec(container.id, command, options, signal)
      .catch((error: unknown): never => {
        if (!isEngineRequestError(error) || refusalOf(error) !== "command-not-runnable") throw error;
        throw failed({ reason: error.details.reason }, error);
      });
    if (exitCode === 0) continue;
    throw failed({
      reason: `ended with code ${exitCode}`,
      exitCode,
      output: lastLines(stdout + stderr, container.spec),
    });
  }
}

/** Makes the error that tells why a command failed. */
function failureOf(
  { name, spec }: Initialised,
  index: number,
  command: InitCommand["command"],
): (why: Pick<CreationErrorDetails, "reason" | "exitCode" | "output">, cause?: unknown) => CreationError {
  return ({ reason, ...rest }, cause) =>
    new CreationError(
      {
        container: name,
        image: spec.image,
        failure: "init-failed",
        reason: `\`init.${index}\`, which is \`${withoutSecrets(command.join(" "), spec)}\`, ${reason}`,
        ...rest,
      },
      cause,
    );
}

function lastLines(output: string, spec: ContainerSpec): string {
  return withoutSecrets(output, spec).trimEnd().split("\n").slice(-OUTPUT_LINES).join("\n");
}
