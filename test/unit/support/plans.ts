import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { PlanContext } from "../../../src/services/service-definition.ts";

/** What a kind of service is told when it is planned, with differences. */
export function contextWith(differences: Partial<PlanContext> = {}): PlanContext {
  return {
    name: "db",
    rootDirectory: "/project",
    isOnNetwork: false,
    substituteImage: (image) => image,
    passwordFor: (purpose) => `password of the ${purpose}`,
    variables: () => ({}),
    defaults: { pullPolicy: "missing" },
    customizers: [],
    ...differences,
  };
}

/** A directory with these files, by their paths. Disposing removes it. */
export async function directoryWith(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "cleanroom-unit-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
