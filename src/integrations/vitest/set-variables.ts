import type { CleanroomConfig } from "../../index.ts";
import { exposeShared } from "../runner/expose-shared.ts";
import { RunnerServices } from "../runner/runner-services.ts";
import { rootDirectory } from "./root-directory.ts";
import { currentSuite } from "./suites.ts";
import { WITHOUT_LIMIT } from "./without-limit.ts";

/** Sets the environment variables that lead to parts of this file, or of its worker, until all hooks of the file have run. */
export async function setVariables(config: CleanroomConfig): Promise<void> {
  const services = RunnerServices.of(config, { rootDirectory, outlivesInterrupts: true });
  const exposed = await exposeShared(config, services);
  const putBackAfter = async (runFile: () => Promise<void>): Promise<void> => {
    await using _exposed = exposed;
    await runFile();
  };
  currentSuite().collector.on("aroundAll", Object.assign(putBackAfter, WITHOUT_LIMIT));
}
