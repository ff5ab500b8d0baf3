import type { ContainerBackend } from "../backend/container-backend.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { StartRequest } from "./start-container.ts";

const SHELL = "/bin/sh";

/**
 * Makes sure, before its process is started, that a container has the shell which puts secrets into that process' environment.
 *
 * @throws UnsupportedError when it has none.
 */
export async function refuseMissingShell(
  { name, plan: { spec } }: Pick<StartRequest, "name" | "plan">,
  id: string,
  backend: Pick<ContainerBackend, "statFile">,
  signal: AbortSignal,
): Promise<void> {
  if (spec.environmentScript === undefined || (await backend.statFile(id, SHELL, signal)) !== undefined) return;
  throw new UnsupportedError(
    `${name} cannot have secrets in its environment: its image, ${spec.image}, has no ${SHELL}, which would put them there. ` +
      "Leave out `env` of its `secrets`, and have it read their files.",
  );
}
