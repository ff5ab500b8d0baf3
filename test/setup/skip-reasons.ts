import type { Reporter, TestModule } from "vitest/node";

/** Ends a run with what was left out and why: a green run must not hide what it did not try. */
export default class SkipReasons implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const lines = modules.flatMap(reasonsIn);
    if (lines.length > 0) process.stdout.write(`\nNot run:\n${lines.join("\n")}\n`);
  }
}

function reasonsIn(module: TestModule): string[] {
  return [...module.children.allTests("skipped")].flatMap((test) => {
    const result = test.result();
    if (result.state !== "skipped" || result.note === undefined) return []; // Left out by a filter.
    return [`  ${module.relativeModuleId} > ${test.fullName}: ${result.note}`];
  });
}
