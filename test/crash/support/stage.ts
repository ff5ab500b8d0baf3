import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { containersLabelled, inspect, networksLabelled, removeContainer, removeNetwork } from "../../support/engine.ts";
import { socketPath, volumesNamed } from "../../support/engine.ts";
import type { ClientOptions } from "./client.ts";
import { Client } from "./client.ts";
import { coordinatorsOf, kill, processesNaming, socketsBelow } from "./processes.ts";

/** Files that a state directory keeps for the next time: none of them is temporary. */
const KEPT = /^(identity\.json|[0-9a-f]{12}(\/(journal\.db(-journal)?|coordinator\.log))?)$/;

/** How often the engine is asked whether something is gone, in milliseconds. */
const POLL_MS = 20;

/**
 * A state directory, a project and a directory for temporary files that nobody else uses, so that everything which happens in
 * a test can be told from everything else on the machine. Disposing ends and removes all of it.
 */
export class Stage implements AsyncDisposable {
  readonly directory: string;
  readonly #endpoint: string;
  readonly #clients: Client[] = [];
  readonly #volumes = new Set<string>();

  private constructor(directory: string, endpoint: string) {
    this.directory = directory;
    this.#endpoint = endpoint;
  }

  /** @param endpoint - The engine that clients use. */
  static async create(endpoint = `unix://${socketPath}`): Promise<Stage> {
    const stage = new Stage(await mkdtemp("/tmp/cr-"), endpoint); // Short: socket paths are.
    await mkdir(stage.projectDirectory);
    await mkdir(stage.#temporaryDirectory);
    return stage;
  }

  /** What clients keep between runs. */
  get stateDirectory(): string {
    return join(this.directory, "state");
  }

  /** Where the clients' configurations are. */
  get projectDirectory(): string {
    return join(this.directory, "project");
  }

  get #temporaryDirectory(): string {
    return join(this.directory, "tmp");
  }

  /** Writes a file of the project. */
  async write(name: string, content: string): Promise<void> {
    await writeFile(join(this.projectDirectory, name), content);
  }

  /** Starts a client, with further variables if need be. */
  client(variables: Readonly<Record<string, string>> = {}, options: Pick<ClientOptions, "ownNamespace"> = {}): Client {
    const { PATH = "", HOME = "" } = process.env;
    const environment = {
      PATH,
      HOME,
      DOCKER_HOST: this.#endpoint,
      CLEANROOM_STATE_DIR: this.stateDirectory,
      TMPDIR: this.#temporaryDirectory,
      ...variables,
    };
    const client = new Client({ environment, rootDirectory: this.projectDirectory, ...options });
    this.#clients.push(client);
    return client;
  }

  /** The coordinators that run. */
  get coordinators(): readonly number[] {
    return coordinatorsOf(this.stateDirectory);
  }

  /** What coordinators said about themselves. */
  get log(): string {
    const files = existsSync(this.stateDirectory) ? readdirSync(this.stateDirectory, { recursive: true }) : [];
    const logs = files.map(String).filter((file) => file.endsWith("coordinator.log"));
    return logs.map((file) => readFileSync(join(this.stateDirectory, file), "utf8")).join("");
  }

  /** The label of everything that was made here; a client must have been open. */
  get ownerLabel(): string {
    const { owner } = JSON.parse(readFileSync(join(this.stateDirectory, "identity.json"), "utf8")) as { owner: string };
    return `dev.cleanroom.owner=${owner}`;
  }

  /** Ids of the containers of a service, by the engine's account; of all services when none is named. */
  async containers(service?: string): Promise<readonly string[]> {
    const found = await containersLabelled(`dev.cleanroom.project=${this.projectDirectory}`);
    return found
      .filter(({ Labels }) => service === undefined || Labels["dev.cleanroom.service"] === service)
      .map(({ Id }) => Id);
  }

  /** Resolves when a service has no container any more, with how long that took since `sinceMs`. */
  async gone(service: string | undefined, sinceMs: number, withinMs: number): Promise<number> {
    for (;;) {
      const left = await this.containers(service);
      const tookMs = Date.now() - sinceMs;
      if (left.length === 0) return tookMs;
      if (tookMs > withinMs)
        throw new Error(`${left.length} containers were still there after ${tookMs} ms.\n${this.log}`);
      await sleep(POLL_MS);
    }
  }

  /** Remembers the volumes that there are now, for `left` to ask after. */
  async noteVolumes(): Promise<void> {
    const containers = await Promise.all((await this.containers()).map((id) => inspect(id)));
    for (const { Name } of containers.flatMap((container) => container?.Mounts ?? [])) {
      if (Name !== undefined) this.#volumes.add(Name);
    }
  }

  /** Everything that remains: processes, containers, networks, volumes, sockets, files. */
  async left(): Promise<readonly string[]> {
    const owner = existsSync(join(this.stateDirectory, "identity.json")) ? this.ownerLabel : undefined;
    const labels = [`dev.cleanroom.project=${this.projectDirectory}`, ...(owner === undefined ? [] : [owner])];
    const containers = (await Promise.all(labels.map(containersLabelled))).flat();
    const networks = (await Promise.all(labels.map(networksLabelled))).flat();
    const volumes = await volumesNamed([...this.#volumes]);
    return [
      ...processesNaming(this.directory).map(({ pid }) => `process ${pid}`),
      ...new Set(containers.flatMap(({ Names }) => Names.map((name) => `container ${name}`))),
      ...new Set(networks.map(({ Name }) => `network ${Name}`)),
      ...volumes.map((name) => `volume ${name}`),
      ...socketsBelow(this.stateDirectory).map((path) => `bound socket ${path}`),
      ...this.#temporaryFiles(),
    ];
  }

  /** Resolves when nothing remains, with how long that took. */
  async settled(withinMs: number): Promise<number> {
    const startedAtMs = Date.now();
    for (;;) {
      const left = await this.left();
      const tookMs = Date.now() - startedAtMs;
      if (left.length === 0) return tookMs;
      if (tookMs > withinMs) throw new Error(`After ${tookMs} ms there was still ${left.join(", ")}.\n${this.log}`);
      await sleep(POLL_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client[Symbol.dispose]();
    for (const { pid } of processesNaming(this.directory)) kill(pid);
    for (const id of await this.containers()) await removeContainer(id);
    if (existsSync(join(this.stateDirectory, "identity.json"))) {
      for (const { Id } of await networksLabelled(this.ownerLabel)) await removeNetwork(Id);
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  #temporaryFiles(): readonly string[] {
    const isState = existsSync(this.stateDirectory);
    const state = isState ? readdirSync(this.stateDirectory, { recursive: true }).map(String) : [];
    return [
      ...state.filter((file) => !KEPT.test(file)).map((file) => `file ${file}`),
      ...readdirSync(this.#temporaryDirectory).map(
        (file) => `file ${relative(this.directory, join(this.#temporaryDirectory, file))}`,
      ),
    ];
  }
}
