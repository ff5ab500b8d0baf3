import { randomBytes } from "node:crypto";
import * as engine from "./engine.ts";
import { images, test as base, type Workspace } from "./workspace.ts";

/** Images by which the engine tells from where a container's came. */
export interface SourceImages {
  /** What all of them are called; the tag is the source. */
  readonly name: string;
  /** A substitution that has the image of a source take the place of the default one, as variables and command lines have it. */
  readonly from: (source: string) => string;
}

/** A test with one image for each source of a setting. */
export const test = base.extend("sources", async ({}, { onCleanup }): Promise<SourceImages> => {
  const name = `cleanroom-sources-${randomBytes(6).toString("hex")}`;
  const sources = ["command-line", "environment", "file", "default"];
  onCleanup(async () => {
    for (const source of sources) await engine.removeImage(`${name}:${source}`);
  });
  for (const source of sources) await engine.deriveImage(images.service, `${name}:${source}`, { Labels: { source } });
  return { name, from: (source) => `${name}:default=${name}:${source}` };
});

/** From which source the images are of the containers that were made for a project since a moment, even if they are gone. */
export async function sourcesSince(sinceMs: number, { directory }: Workspace): Promise<readonly unknown[]> {
  const found = await engine.createdSince(sinceMs, `dev.cleanroom.project=${directory}`);
  return found.map((labels) => labels["source"]);
}
