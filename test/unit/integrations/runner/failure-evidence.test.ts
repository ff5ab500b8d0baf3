import { expect, test } from "vitest";
import { ExitError } from "../../../../src/index.ts";
import { evidenceOf } from "../../../../src/integrations/runner/failure-evidence.ts";

const logs = (): Promise<string> => Promise.resolve("PANIC\n");
const taken = { name: "db", value: { url: "postgres://db" }, isShared: true, keptForMs: 0, dumped: "" };

test("a report says what became of a service that ended while a test used it", async () => {
  const error = new ExitError({ container: "db", exitCode: 137, logTail: "PANIC" });

  expect(await evidenceOf({ ...taken, handle: { id: "1", logs, error } })).toBe(
    [
      "db was at postgres://db",
      "db had failed: db exited with code 137 while it was in use.",
      "The last log lines of db, which other tests may share:",
      "  | PANIC",
    ].join("\n"),
  );
});

test("a report says nothing of that as long as it goes on", async () => {
  expect(await evidenceOf({ ...taken, handle: { id: "1", logs, error: undefined } })).not.toContain("had failed");
});
