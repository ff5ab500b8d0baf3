import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildDigest, readBuildContext } from "../build/build-context.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { defined } from "../spec/defined.ts";
import type { ImageBuild } from "../spec/image-build.ts";
import { builtImageName } from "../warm/warm-labels.ts";
import type { BuildOptions } from "./build-options.ts";
import type { PlanContext } from "./service-definition.ts";

/** What is to be built. */
export interface BuildRequest {
  /** The image as it was asked for, which what is built is called after. */
  readonly image: string;
  /** How. */
  readonly build: BuildOptions;
  /** What for; the engine's own platform when absent. */
  readonly platform?: string | undefined;
}

/**
 * Decides what the image is called, by the content of what it is built from.
 *
 * @throws ConfigurationError when the directory or the Dockerfile is not there.
 */
export async function planBuild(request: BuildRequest, { name, rootDirectory }: PlanContext): Promise<ImageBuild> {
  const { context, dockerfile = "Dockerfile", target, args = {}, labels = {}, noCache = false } = request.build;
  const contextDirectory = resolve(rootDirectory, context);
  await mustBeThere(contextDirectory, "directory", { name, option: "build.context" });
  await mustBeThere(join(contextDirectory, dockerfile), "file", { name, option: "build.dockerfile" });
  const entries = await readBuildContext(contextDirectory, dockerfile);
  const choices = { dockerfile, args, labels, ...defined({ target, platform: request.platform }) };
  const digest = await buildDigest(entries, choices);
  const image = builtImageName(repositoryOf(request.image), digest);
  return { ...choices, image, digest, contextDirectory, isUncached: noCache };
}

/** The image's name without tag and digest, as it can stand behind a slash. */
function repositoryOf(image: string): string {
  return image
    .replace(/@.*$/, "")
    .replace(/:[^/:]*$/, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9/]+/g, "-")
    .replaceAll(/(^|\/)-+|-+($|\/)/g, "$1$2");
}

async function mustBeThere(
  path: string,
  type: "file" | "directory",
  { name, option }: { readonly name: string; readonly option: string },
): Promise<void> {
  const stats = await stat(path).catch(() => undefined);
  if (type === "file" ? stats?.isFile() : stats?.isDirectory()) return;
  const problems = [{ path: option, message: `there is no ${type} ${path}` }];
  throw new ConfigurationError({ origin: name, problems });
}
