import { join } from "node:path";
import { readFile } from "node:fs/promises";
import type Dockerode from "dockerode";
import { ImageName } from "testcontainers";
import { getAuthConfig } from "testcontainers/build/container-runtime/auth/get-auth-config.js";
import { readBuildContext } from "../../build/build-context.ts";
import { packContext } from "../../build/pack-context.ts";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { defined } from "../../spec/defined.ts";
import type { ImageBuild } from "../../spec/image-build.ts";
import type { BuildOptions } from "../container-backend.ts";
import { classify } from "../engine-api/engine-errors.ts";
import { jsonLines } from "../engine-api/json-lines.ts";
import type { PullContext } from "./pull.ts";

/** A line of the engine's answer to a build; a failure may come in one although the status said 200. */
interface BuildLine {
  readonly stream?: string;
  readonly error?: string;
}

/** The images that the stages of a Dockerfile begin with; some may be stages themselves. */
const FROM = /^[ \t]*FROM[ \t]+(?:--\S+[ \t]+)*(\S+)/gim;

/**
 * Builds an image with the builder that every engine has. It fetches what the Dockerfile begins with, with the user's registry
 * credentials. What it makes on the way is removed, whatever comes of it.
 */
export async function buildImage(
  context: PullContext,
  build: ImageBuild,
  options: BuildOptions,
  abortSignal: AbortSignal,
): Promise<void> {
  const { contextDirectory, dockerfile, target, args, labels, platform, isUncached, image } = build;
  const operation = `build ${image}`;
  const archive = packContext(await readBuildContext(contextDirectory, dockerfile));
  const registryconfig = await accountsFor(build, context, options);
  const stream = await context.dockerode.buildImage(archive, {
    ...defined({ target, platform }),
    t: image,
    dockerfile,
    buildargs: { ...args },
    labels: { ...labels, ...options.labels },
    nocache: isUncached,
    rm: true,
    forcerm: true,
    registryconfig,
    abortSignal,
  });
  for await (const { stream: output, error } of jsonLines<BuildLine>(stream)) {
    if (error !== undefined) throw new EngineRequestError({ operation, refusal: classify(error), reason: error });
    if (output !== undefined) options.onOutput?.(output);
  }
}

async function accountsFor(
  { contextDirectory, dockerfile }: ImageBuild,
  { indexServerAddress }: PullContext,
  { accountFor }: BuildOptions,
): Promise<Dockerode.RegistryConfig> {
  const text = await readFile(join(contextDirectory, dockerfile), "utf8");
  const bases = [...text.matchAll(FROM)].map(([, base = ""]) => base).filter((base) => !base.includes("$"));
  const accounts = await Promise.all(
    bases.map(async (base) => {
      const registry = ImageName.fromString(base).registry ?? indexServerAddress;
      return { registry, account: accountFor?.(base) ?? (await getAuthConfig(registry)) };
    }),
  );
  return Object.fromEntries(
    // The builder takes no tokens of Docker's own kind.
    accounts.flatMap(({ registry, account }) =>
      account !== undefined && "username" in account
        ? [[registry, { username: account.username, password: account.password }]]
        : [],
    ),
  );
}
