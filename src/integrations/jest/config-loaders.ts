import { readFileSync } from "node:fs";
import { createRequire, findPackageJSON } from "node:module";
import { pathToFileURL } from "node:url";
import type { Config } from "@jest/types";
import { requireAsJest } from "./require-as-jest.ts";

/** Loads a module by its path. */
export type Loader = (path: string) => Promise<unknown>;

/**
 * The ways to load a configuration file, in the order in which to try them: by Node, or as Jest loads the project's own files
 * where Node cannot. Node warns in every process of what its package.json lacks, so what would have it warn comes late.
 */
export function configLoaders(file: string, project: Config.ProjectConfig): readonly Loader[] {
  const byImport: Loader = (path) => import(pathToFileURL(path).href);
  const asJest: Loader = async (path) => ({ default: await requireAsJest(project, path) });
  if (!/\.[jt]s$/.test(file)) return [byImport, asJest]; // Others say themselves of which kind they are.
  const type = packageType(file);
  if (type === "commonjs") return [asJest]; // Node could not load `import`, and would say so first.
  return type === "module" ? [byImport, asJest] : [byRequire, byImport, asJest];
}

/** What the nearest package.json says its modules are. */
function packageType(file: string): unknown {
  const manifest = findPackageJSON(pathToFileURL(file));
  if (manifest === undefined) return undefined;
  const content: unknown = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof content === "object" && content !== null && "type" in content ? content.type : undefined;
}

/** Finds out by itself of which kind a module is, as `import()` does, but says nothing of it. */
async function byRequire(path: string): Promise<unknown> {
  const loaded: unknown = createRequire(path)(path);
  return isModule(loaded) ? loaded : { default: loaded };
}

/** Or what Jest makes of one: it changes what `require` loads while a global set-up runs. */
function isModule(loaded: unknown): boolean {
  const isCompiled = typeof loaded === "object" && loaded !== null && "__esModule" in loaded;
  return isCompiled || Object.prototype.toString.call(loaded) === "[object Module]";
}
