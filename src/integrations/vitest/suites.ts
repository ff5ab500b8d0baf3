import { TestRunner } from "vitest";
import type { RunnerTestFile, RunnerTestSuite, SuiteCollector } from "vitest";

/** What tests are in: a `describe`, or a file. */
export type Suite = RunnerTestSuite | RunnerTestFile;

/** The suite whose body is running, and what collects its tests. */
export interface CurrentSuite {
  /** The suite itself. */
  readonly suite: Suite;
  /** Its tests so far, and its hooks. */
  readonly collector: Pick<SuiteCollector, "tasks" | "on">;
}

/** The suite that a test belongs to which is defined now. */
export function currentSuite(): CurrentSuite {
  const collector = TestRunner.getCurrentSuite();
  return { suite: collector.suite ?? collector.file, collector };
}

/** A suite and those that it is in, up to the file. */
export function lineage(suite: Suite): readonly Suite[] {
  if ("filepath" in suite) return [suite];
  return [suite, ...lineage(suite.suite ?? suite.file)];
}
