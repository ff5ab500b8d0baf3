import type { Config } from "@jest/types";
import type { CleanroomConfig } from "../../index.ts";
import { RunnerServices } from "../runner/runner-services.ts";
import { processState } from "./process-state.ts";
import { loadProjectConfig } from "./project-config.ts";

/** The services of a project as one of its processes sees them. */
export interface ProcessServices {
  /** The project's configuration. */
  readonly config: CleanroomConfig;
  /** What is open to them, for all test files of the process. */
  readonly services: RunnerServices;
}

/**
 * The services that the tests of a project can use in this process. What is open to them stays so from file to file; it is
 * closed with the process, or by the global teardown where that runs in the same.
 */
export async function openServices(project: Config.ProjectConfig): Promise<ProcessServices> {
  const { config, rootDirectory } = await loadProjectConfig(project);
  const { shared, session } = processState();
  const services = RunnerServices.of(config, {
    rootDirectory: () => rootDirectory,
    outlivesInterrupts: session === undefined,
  });
  if (!shared.includes(services)) shared.push(services);
  return { config, services };
}
