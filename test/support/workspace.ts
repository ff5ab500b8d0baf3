import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ContainerInspectInfo, NetworkInspectInfo } from "dockerode";
import { test as base } from "vitest";
import type { CleanroomConfig, EnvironmentOptions, Services } from "../../src/index.ts";
import { CleanroomEnvironment } from "../../src/index.ts";
import * as engine from "./engine.ts";

/**
 * A directory of its own for the environments of a test. Cleanroom writes its path on everything it makes, so the engine can
 * be asked what there is of this test and nobody else's. Disposing it fails when anything is left in the engine.
 */
export class Workspace implements AsyncDisposable {
  /** Where relative paths start. */
  readonly directory: string;

  readonly #label: string;
  readonly #environments: CleanroomEnvironment[] = [];

  private constructor(directory: string) {
    this.directory = directory;
    this.#label = `dev.cleanroom.project=${directory}`;
  }

  static async create(): Promise<Workspace> {
    return new Workspace(await realpath(await mkdtemp(join(tmpdir(), "cleanroom-test-"))));
  }

  /** Starts services that end with the workspace at the latest. */
  async start<const Configured extends Services>(
    services: Configured,
    options: EnvironmentOptions & Omit<CleanroomConfig, "services"> = {},
  ): Promise<CleanroomEnvironment<Configured>> {
    const { imageSubstitutions, customizers, coordination, capacity, caches, warmImages, ...others } = options;
    const { keepOnFailure, registries, pullPolicy, limits, ...rest } = others;
    const config = {
      services,
      ...(registries !== undefined && { registries }),
      ...(pullPolicy !== undefined && { pullPolicy }),
      ...(coordination !== undefined && { coordination }),
      ...(capacity !== undefined && { capacity }),
      ...(caches !== undefined && { caches }),
      ...(warmImages !== undefined && { warmImages }),
      ...(keepOnFailure !== undefined && { keepOnFailure }),
      ...(limits !== undefined && { limits }),
      ...(imageSubstitutions !== undefined && { imageSubstitutions }),
      ...(customizers !== undefined && { customizers }),
    };
    const environment = await CleanroomEnvironment.start<Configured>(config, {
      rootDirectory: this.directory,
      ...rest,
    });
    this.#environments.push(environment);
    return environment;
  }

  /** Writes files, by their paths in the directory. */
  async write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(this.directory, path)), { recursive: true });
      await writeFile(join(this.directory, path), content);
    }
  }

  /** What the engine has of this test's containers. */
  async containers(): Promise<readonly ContainerInspectInfo[]> {
    const found = await engine.containersLabelled(this.#label);
    const inspected = await Promise.all(found.map(({ Id }) => engine.inspect(Id)));
    return inspected.filter((container) => container !== undefined); // The engine lists one shortly before it knows it.
  }

  /** What the engine has of this test's networks. */
  networks(): Promise<readonly NetworkInspectInfo[]> {
    return engine.networksLabelled(this.#label);
  }

  /** The names of everything that the engine has of this test. */
  async left(): Promise<readonly string[]> {
    const containers = await engine.containersLabelled(this.#label);
    const networks = await this.networks();
    return [...containers.flatMap(({ Names }) => Names), ...networks.map(({ Name }) => Name)];
  }

  /** Removes what the engine has of this test, behind Cleanroom's back. */
  async removeLeft(): Promise<void> {
    for (const { Id } of await engine.containersLabelled(this.#label)) await engine.removeContainer(Id);
    for (const { Id } of await this.networks()) await engine.removeNetwork(Id);
    for (const name of await engine.volumesLabelled(this.#label)) await engine.removeVolume(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const reports = await Promise.all(this.#environments.map((environment) => environment.cleanup()));
    const errors = reports.flatMap((report) => report.errors);
    const left = await this.left();
    await this.removeLeft();
    await rm(this.directory, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`The engine still had ${left.join(", ")}.`, { cause: errors[0] });
  }
}

/** A test with a workspace; it fails when it leaves anything in the engine. */
export const test = base.extend("workspace", async ({}, { onCleanup }) => {
  const workspace = await Workspace.create();
  onCleanup(() => workspace[Symbol.asyncDispose]());
  return workspace;
});

/** The same images everywhere: built from test/images. */
export const images = {
  postgres: "cleanroom-test/postgres:15",
  redis: "cleanroom-test/redis:7",
  service: "cleanroom-test/service:1",
  scratch: "cleanroom-test/scratch:1",
  ordersApp: "cleanroom-test/orders-app:1",
} as const;

/** What a promise rejects with. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => {
      throw new Error("It succeeded.");
    },
    (error: unknown) => error,
  );
}
