import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../time/clock.ts";
import type { EngineCaretaker } from "../engine-caretaker.ts";
import type { ImageEngine } from "../image-engine.ts";
import { EngineClient } from "./engine-client.ts";
import type { EngineCredentials } from "./engine-connection.ts";
import { EngineConnection } from "./engine-connection.ts";
import { EngineImages } from "./engine-images.ts";
import { socketAddress } from "./socket-address.ts";

/** Which engine to look after, and how to reach it. */
export interface CaretakerOptions {
  /** Its address, for example `unix:///var/run/docker.sock` or `tcp://host:2376`. */
  readonly endpoint: string;
  /** Directory of `ca.pem`, `cert.pem` and `key.pem`; the connection is encrypted when it is there. */
  readonly certificateDirectory?: string | undefined;
  /** Where time comes from. */
  readonly clock: Clock;
}

/**
 * A caretaker for the engine at an address. It says nothing to the engine before it is used. The caller disposes it.
 *
 * @throws EngineUnavailableError when the endpoint is no address; UnsupportedError when it is of a kind we do not speak.
 */
export function connectCaretaker(options: CaretakerOptions): EngineCaretaker {
  return new EngineClient(connectionTo(options), options.clock);
}

/** What makes images at the same address, in the same way. The caller disposes it. Throws as `connectCaretaker` does. */
export function connectImages(options: CaretakerOptions): ImageEngine {
  return new EngineImages(connectionTo(options), options.clock);
}

function connectionTo({ endpoint, certificateDirectory }: CaretakerOptions): EngineConnection {
  const address = socketAddress({ endpoint, origin: "the caretaker's options" });
  return new EngineConnection({ address, credentials: credentialsFor(endpoint, certificateDirectory) });
}

function credentialsFor(
  endpoint: string,
  directory: string | undefined,
): (() => Promise<EngineCredentials>) | undefined {
  if (!/^(tcp|http|https):/.test(endpoint)) return undefined;
  if (directory !== undefined) return () => readCredentials(directory);
  return endpoint.startsWith("https:") ? () => Promise.resolve({}) : undefined;
}

async function readCredentials(directory: string): Promise<EngineCredentials> {
  const [ca, cert, key] = await Promise.all([
    readFile(join(directory, "ca.pem")),
    readFile(join(directory, "cert.pem")),
    readFile(join(directory, "key.pem")),
  ]);
  return { ca, cert, key };
}
