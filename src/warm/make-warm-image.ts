import { Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ImageEngine, ImageInspection } from "../backend/image-engine.ts";
import { refusalOf } from "../errors/engine-request-error.ts";
import { Rollback } from "../lifecycle/rollback.ts";
import {
  WARM_BASE_LABEL,
  WARM_DETAILS_LABEL,
  WARM_DIGEST_LABEL,
  WARM_MAKER_LABEL,
  WARM_OWNER_LABEL,
  WARM_SIZE_LABEL,
  warmBuilderName,
  warmImageName,
} from "./warm-labels.ts";
import type { WarmRecipe } from "./warm-recipe.ts";
import { WARM_ROOT } from "./warm-recipe.ts";

/** What making a warm image needs. */
export interface WarmMaking {
  /** The engine. */
  readonly images: ImageEngine;
  /** Identifies the state directory. */
  readonly owner: string;
  /** Identifies who makes it. */
  readonly maker: string;
  /** Labels of the container that it is made of. */
  readonly builderLabels: Readonly<Record<string, string>>;
  /** Removes a container. */
  readonly remove: (idOrName: string) => Promise<void>;
  /** Most data that an image may hold, in bytes. */
  readonly maxBytes: number;
  /** Called once nothing more is needed of the container. */
  readonly onPacked: () => void;
}

/**
 * Makes a warm image. It gets its name last, so that a half-made one is never found; and it is made of a container of its
 * own, which knows none of the service's secrets, and whose name only one can have at a time.
 *
 * @returns The image's name; `undefined` when somebody else is making, or has made, the same one, or it would hold too much.
 */
export async function makeWarmImage(
  recipe: WarmRecipe,
  making: WarmMaking,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { images, remove } = making;
  const name = warmImageName(recipe.digest);
  const [base, existing] = await Promise.all([
    images.inspectImage(recipe.baseImageId, signal),
    images.inspectImage(name, signal),
  ]);
  if (base === undefined || existing?.labels[WARM_BASE_LABEL] === base.id) return undefined;
  await using rollback = new Rollback();
  const builderId = await createBuilder(recipe, making, signal);
  if (builderId === undefined) return undefined;
  await rollback.defer(() => remove(builderId));
  const sizeBytes = await moveData(recipe, builderId, making, signal);
  making.onPacked();
  if (sizeBytes > making.maxBytes) return undefined;
  await images.runBuilder(builderId, signal);
  const config = configOf(recipe, base, making, sizeBytes);
  const imageId = await images.commit({ containerId: builderId, config }, signal);
  await images.tagImage(imageId, name, signal);
  return name;
}

async function createBuilder(
  { digest, containerId, baseImageId, ownerScript, finishScript }: WarmRecipe,
  { images, builderLabels }: WarmMaking,
  signal: AbortSignal,
): Promise<string | undefined> {
  const user = (await images.pipeFrom(containerId, shell(ownerScript), buffer, signal)).toString().trim();
  const request = { name: warmBuilderName(digest), image: baseImageId, user, labels: builderLabels };
  try {
    return await images.createBuilder({ ...request, command: shell(finishScript) }, signal);
  } catch (error) {
    if (refusalOf(error) === "conflict") return undefined;
    throw error;
  }
}

async function moveData(
  { containerId, packScript }: WarmRecipe,
  builderId: string,
  { images }: WarmMaking,
  signal: AbortSignal,
): Promise<number> {
  let sizeBytes = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  const unpack = (output: NodeJS.ReadableStream): Promise<void> => {
    output.once("error", (error: Error) => counter.destroy(error));
    return images.unpack(builderId, output.pipe(counter), signal);
  };
  await images.pipeFrom(containerId, shell(packScript), unpack, signal);
  return sizeBytes;
}

/** As the service's own image has it, but that the data is put in its place before anything else happens. */
function configOf(
  { digest, dataDirectory, details, baseImageId }: WarmRecipe,
  { config }: ImageInspection,
  { owner, maker }: WarmMaking,
  sizeBytes: number,
): Readonly<Record<string, unknown>> {
  const entrypoint = (config["Entrypoint"] ?? []) as readonly string[];
  const user = config["User"];
  return {
    ...config,
    // The engine takes an empty one for none, and puts the builder's in its place.
    User: user === undefined || user === "" ? "0" : user,
    Entrypoint: ["sh", "-c", `${unpackScript(dataDirectory)} && exec "$@"`, "sh", ...entrypoint],
    Labels: {
      ...(config["Labels"] as Readonly<Record<string, string>> | undefined),
      [WARM_OWNER_LABEL]: owner,
      [WARM_MAKER_LABEL]: maker,
      [WARM_DIGEST_LABEL]: digest,
      [WARM_BASE_LABEL]: baseImageId,
      [WARM_DETAILS_LABEL]: JSON.stringify(details),
      [WARM_SIZE_LABEL]: String(sizeBytes),
    },
  };
}

/** From one file: copying the many from the layers of an image takes twice as long. */
function unpackScript(dataDirectory: string): string {
  return `mkdir ${dataDirectory} && tar -xpf /${WARM_ROOT}/data.tar -C ${dataDirectory}`;
}

function shell(script: string): readonly string[] {
  return ["sh", "-ec", script];
}
