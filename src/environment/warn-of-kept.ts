import { describeKept } from "../errors/describe-kept.ts";
import { lines } from "../errors/describe.ts";
import type { StoppedContainer } from "../teardown/cleanup-report.ts";

/** Nobody else says that a container which failed while it was used is still there. */
export function warnOfKept(containers: readonly StoppedContainer[]): void {
  for (const { name, exitCode, keptAs } of containers) {
    if (keptAs === undefined) continue;
    const hasEnded = exitCode !== undefined;
    const end = hasEnded ? `ended with exit code ${exitCode} while it was used` : "failed while it was used";
    const hint = describeKept(keptAs, hasEnded ? "has ended" : "runs");
    process.emitWarning(lines(`${name} ${end}.`, hint), "CleanroomWarning");
  }
}
