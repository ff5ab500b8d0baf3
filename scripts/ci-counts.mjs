/**
 * Prints "N passed, N failed, N skipped" and exits with 0 only when tests ran and nothing failed.
 *
 * Arguments: vitest's JSON report, the exit code of the checks, the exit code of the tests.
 */
import { readFileSync } from "node:fs";

/**
 * @typedef {object} Counts
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 */

const [reportPath = "", checkExitCode, testExitCode] = process.argv.slice(2);
const counts = countTests(readReport(reportPath));

// vitest can fail without a failed test, by an unhandled error or by not starting at all.
if (testExitCode !== "0" && counts.failed === 0) counts.failed += 1;
if (checkExitCode !== "0") counts.failed += 1;

process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;

/**
 * @param {any} report - As vitest writes it; undefined when it wrote none.
 * @returns {Counts}
 */
function countTests(report) {
  if (report === undefined) return { passed: 0, failed: 0, skipped: 0 };
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.testResults.filter(failedAsWhole).length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * Whether a file failed although none of its tests did, for instance because it could not be imported.
 *
 * @param {{ status: string, assertionResults: { status: string }[] }} file
 */
function failedAsWhole({ status, assertionResults }) {
  return status === "failed" && !assertionResults.some((test) => test.status === "failed");
}

/** @param {string} path */
function readReport(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}
