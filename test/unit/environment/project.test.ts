import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { enclosingProject, projectAt, projectOf } from "../../../src/environment/project.ts";
import { directoryWith } from "../support/plans.ts";

test("a project is the same by whichever link it is reached", async () => {
  await using root = await directoryWith({ "shop/package.json": "{}" });
  await symlink(join(root.path, "shop"), join(root.path, "link"));

  expect(await projectAt(join(root.path, "link"))).toBe(await projectAt(join(root.path, "shop")));
});

test("a directory is in the project of the nearest package.json", async () => {
  await using root = await directoryWith({ "package.json": "{}", "shop/package.json": "{}" });
  await mkdir(join(root.path, "shop", "src", "orders"), { recursive: true });

  expect(await enclosingProject(join(root.path, "shop", "src", "orders"))).toBe(
    await projectAt(join(root.path, "shop")),
  );
  expect(await enclosingProject(root.path)).toBe(await projectAt(root.path));
});

test("a configuration file says which project is meant, ahead of any package.json", async () => {
  await using root = await directoryWith({ "cleanroom.config.ts": "", "shop/package.json": "{}" });

  expect(await projectOf(join(root.path, "shop"))).toBe(await projectAt(root.path));
});

test("without either, a directory is a project of its own", async () => {
  expect(await projectOf("/")).toBe("/");
});
