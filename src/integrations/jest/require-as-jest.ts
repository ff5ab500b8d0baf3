import type { Config } from "@jest/types";
import { jestPackage } from "./jest-packages.ts";

/** Jest's own, as far as it is used here. */
interface Transformer {
  requireAndTranspileModule(path: string): Promise<unknown>;
}

/** What a file exports by default, loaded outside of the realms of tests through a project's transforms, as its global set-up is. */
export async function requireAsJest(project: Config.ProjectConfig, path: string): Promise<unknown> {
  const transform = jestPackage(project.rootDir, "@jest/transform");
  const { createScriptTransformer } = transform as {
    readonly createScriptTransformer: (project: Config.ProjectConfig) => Promise<Transformer>;
  };
  const transformer = await createScriptTransformer(project);
  const loaded = await transformer.requireAndTranspileModule(path);
  // Jest takes the default export of what says that it was a module; not everything that was one does.
  const { default: exported = loaded } = Object(loaded) as { readonly default?: unknown };
  return exported;
}
