import type Dockerode from "dockerode";
import { ImageName } from "testcontainers";
import { getAuthConfig } from "testcontainers/build/container-runtime/auth/get-auth-config.js";
import { EngineRequestError } from "../../errors/engine-request-error.ts";
import { defined } from "../../spec/defined.ts";
import type { PullOptions, PullProgress } from "../container-backend.ts";
import { classify } from "../engine-api/engine-errors.ts";
import { jsonLines } from "../engine-api/json-lines.ts";

/** A line of the engine's answer to a pull; a failure may come in one although the status said 200. */
interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/** Where an image comes from and who asks. */
export interface PullContext {
  /** The engine that fetches it. */
  readonly dockerode: Dockerode;
  /** Registry of images that name none. */
  readonly indexServerAddress: string;
}

/** Fetches an image with the user's registry credentials. */
export async function pullImage(
  { dockerode, indexServerAddress }: PullContext,
  image: string,
  options: PullOptions,
  abortSignal: AbortSignal,
): Promise<void> {
  const authconfig =
    options.account ?? (await getAuthConfig(ImageName.fromString(image).registry ?? indexServerAddress));
  const stream = await dockerode.pull(image, {
    ...defined({ authconfig, platform: options.platform }),
    abortSignal,
  });
  await followPull(stream, `pull ${image}`, options.onProgress);
}

/** Reads a pull to its end; rejects when a line of it tells of a failure. */
async function followPull(
  stream: NodeJS.ReadableStream,
  operation: string,
  onProgress: ((progress: PullProgress) => void) | undefined,
): Promise<void> {
  const layers = new Map<string, { current: number; total: number }>();
  for await (const { id = "", status, error, progressDetail } of jsonLines<PullLine>(stream)) {
    if (error !== undefined) throw new EngineRequestError({ operation, refusal: classify(error), reason: error });
    const before = layers.get(id);
    // What is unpacked afterwards has been received; the engine counts it anew.
    if (status === "Downloading" && progressDetail?.total !== undefined) {
      layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
    } else if (status === "Download complete" && before !== undefined) {
      layers.set(id, { ...before, current: before.total });
    } else continue;
    onProgress?.(sum([...layers.values()]));
  }
}

function sum(layers: readonly { current: number; total: number }[]): PullProgress {
  return {
    receivedBytes: layers.reduce((bytes, { current }) => bytes + current, 0),
    totalBytes: layers.reduce((bytes, { total }) => bytes + total, 0),
  };
}
