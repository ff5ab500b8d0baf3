import { mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { writeDump } from "../../../../src/integrations/runner/write-dump.ts";

const test = base.extend("root", async ({}, { onCleanup }) => {
  const root = await mkdtemp(join(tmpdir(), "cleanroom-dumps-"));
  onCleanup(() => rm(root, { recursive: true, force: true }));
  return root;
});

test.for([
  ["orders > takes an order", "orders-takes-an-order-db.sql"],
  ["../../etc/passwd", "etc-passwd-db.sql"],
  ["nimmt Größe »XL«", "nimmt-größe-xl-db.sql"],
  ["?!", "test-db.sql"],
  ["x".repeat(500), `${"x".repeat(60)}-db.sql`],
] as const)("the dump of %j is the file %s", async ([test, file], { root }) => {
  const path = await writeDump(root, { test, database: "db", sql: "SELECT 1" });

  expect(path).toBe(join(root, ".cleanroom", "failed", file));
  expect(await readFile(path, "utf8")).toBe("SELECT 1");
  expect(await readFile(join(root, ".cleanroom", ".gitignore"), "utf8")).toBe("*\n");
});

test("of more than twenty files the oldest go", async ({ root }) => {
  for (let second = 1; second <= 22; second += 1) {
    const path = await writeDump(root, { test: "fails", database: String(second), sql: "" });
    await utimes(path, second, second);
  }

  const left = await readdir(join(root, ".cleanroom", "failed"));
  expect(left).toHaveLength(20);
  expect(left).not.toContain("fails-1.sql");
  expect(left).not.toContain("fails-2.sql");
  expect(left).toContain("fails-22.sql");
});
