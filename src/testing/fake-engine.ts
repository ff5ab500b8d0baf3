import type { CreateRequest } from "../backend/container-backend.ts";
import type { LabelledObject } from "../backend/engine-caretaker.ts";
import type { EngineRefusal } from "../errors/engine-request-error.ts";
import { EngineRequestError } from "../errors/engine-request-error.ts";
import type { ContainerSpec, PortRange, PortSpec } from "../spec/container-spec.ts";
import { abortable } from "../time/abortable.ts";
import type { Clock } from "../time/clock.ts";
import { FakeContainer } from "./fake-container.ts";
import { carries, FakeEvents } from "./fake-events.ts";
import { FakeVolumes } from "./fake-volumes.ts";
import type { FakeImage } from "./fake-image.ts";

/** Images by name. */
export type FakeImages = Readonly<Record<string, FakeImage>>;

/** The first of the host ports that are handed out. */
const FIRST_PORT = 49_152;

/** A network of a fake engine. */
interface FakeNetwork {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What exists in a fake engine, and what it refuses. */
export class FakeEngine {
  /** What happens to containers, for whoever watches. */
  readonly events: FakeEvents = new FakeEvents();

  /** The volumes that were made by name. */
  readonly volumes: FakeVolumes = new FakeVolumes();

  readonly #images: Map<string, FakeImage> | undefined;
  readonly #registry: Map<string, FakeImage>;
  readonly #clock: Clock;
  readonly #containers = new Map<string, FakeContainer>();
  readonly #networks = new Map<string, FakeNetwork>();
  #madeIds = 0;
  #nextPort = FIRST_PORT;

  /** @param images - Those that are present; every image when absent. */
  constructor(images: FakeImages | undefined, registry: FakeImages, clock: Clock) {
    this.#images = images && new Map(Object.entries(images));
    this.#registry = new Map(Object.entries(registry));
    this.#clock = clock;
  }

  /** The containers, in the order in which they were made. */
  get containers(): readonly FakeContainer[] {
    return [...this.#containers.values()];
  }

  /** The names of the networks. */
  get networks(): readonly string[] {
    return [...this.#networks.keys()];
  }

  /** The container of this id or name. */
  find(idOrName: string): FakeContainer | undefined {
    return this.#containers.get(idOrName) ?? this.containers.find(({ name }) => name === idOrName);
  }

  /** The container of this id or name; without one, `operation` is refused. */
  get(idOrName: string, operation: string): FakeContainer {
    return this.find(idOrName) ?? refuse(operation, "not-found", `No such container: ${idOrName}`);
  }

  /** What the processes of a container do. */
  programOf({ spec }: FakeContainer): FakeImage {
    return this.#images?.get(spec.image) ?? {};
  }

  /** Makes an image of the registry present. */
  pull(image: string): void {
    const pulled = this.#registry.get(image) ?? refuse(`pull ${image}`, "image-not-found", `no such image: ${image}`);
    this.#images?.set(image, pulled);
  }

  /** Makes an image present that does what any does. */
  build(image: string): undefined {
    this.#images?.set(image, {});
  }

  /** Makes a container. */
  create(request: CreateRequest): FakeContainer {
    const { containerName, spec } = request;
    const operation = "create the container";
    if (this.#images?.has(spec.image) === false) refuse(operation, "image-not-found", `No such image: ${spec.image}`);
    if (this.find(containerName) !== undefined) {
      refuse(operation, "conflict", `The container name "/${containerName}" is already in use`);
    }
    const container = new FakeContainer(this.#nextId(), request, {
      nowMs: () => this.#clock.now(),
      onAction: (action, acted) => this.#tell(action, acted),
    });
    this.#containers.set(container.id, container);
    this.#tell("create", container);
    return container;
  }

  /** Starts a container's process. */
  start(id: string): void {
    const operation = "start the container";
    const container = this.get(id, operation);
    const { networkName } = container;
    if (networkName !== undefined && !this.#networks.has(networkName)) {
      refuse(operation, "not-found", `network ${networkName} not found`);
    }
    container.run(this.#publish(container.spec));
    this.programOf(container).onStart?.(container);
  }

  /** Asks a container to stop and kills it after its grace. Without effect when it does not run, which is told. */
  async stop(idOrName: string, graceMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    const container = this.find(idOrName);
    if (container?.state !== "running") return false;
    container.unpause();
    const { onStop } = this.programOf(container);
    const patience = this.#clock.startTimer(() => {
      container.kill();
    }, graceMs);
    try {
      if (onStop === undefined) container.exit(0);
      else onStop(container);
      await abortable(container.ended, signal);
      return true;
    } finally {
      patience.cancel();
    }
  }

  /** Freezes a container's processes. */
  pause(id: string): void {
    const operation = "pause the container";
    const container = this.get(id, operation);
    if (container.state !== "running") refuse(operation, "conflict", `Container ${container.name} is not running`);
    container.pause();
  }

  /** Stops a container and starts it again. */
  async restart(id: string, graceMs: number, signal: AbortSignal | undefined): Promise<void> {
    const container = this.get(id, "restart the container");
    await this.stop(id, graceMs, signal);
    this.start(id);
    this.#tell("restart", container);
  }

  /** Gives a container another name, unless another one has it. */
  rename(id: string, name: string): void {
    const operation = "rename the container";
    const container = this.get(id, operation);
    if (this.find(name) !== undefined) refuse(operation, "conflict", `The container name "/${name}" is already in use`);
    container.name = name;
  }

  /** Everything that carries a label. */
  list(label: string): readonly LabelledObject[] {
    const containers = this.containers.map(({ id, name, allLabels }) => ({ id, name, labels: allLabels }));
    const all: readonly LabelledObject[] = [
      ...containers.map((container) => ({ kind: "container" as const, ...container })),
      ...[...this.#networks.values()].map((network) => ({ kind: "network" as const, ...network })),
      ...this.volumes.all.map((volume) => ({ kind: "volume" as const, id: volume.name, ...volume })),
    ];
    return all.filter(({ labels }) => carries(labels, label));
  }

  /** Kills and removes a container, if there is one. */
  remove(idOrName: string): void {
    const container = this.find(idOrName);
    if (container === undefined) return;
    container.kill();
    this.#containers.delete(container.id);
    this.#tell("destroy", container);
  }

  /** Makes a network. */
  createNetwork(name: string, labels: Readonly<Record<string, string>>): void {
    this.#networks.set(name, { id: this.#nextId(), name, labels });
  }

  /** Removes a network, by id or name, if there is one. */
  removeNetwork(idOrName: string): void {
    const network = [...this.#networks.values()].find(({ id, name }) => id === idOrName || name === idOrName);
    if (network === undefined) return;
    const isInUse = this.containers.some(
      ({ networkName, state }) => networkName === network.name && state === "running",
    );
    if (isInUse) refuse("remove the network", "other", `network ${network.name} has active endpoints`);
    this.#networks.delete(network.name);
  }

  /** Removes a volume, if there is one, that no container mounts. */
  removeVolume(name: string): void {
    const isMounted = this.containers.some(({ spec }) =>
      spec.mounts.some((mount) => mount.type === "volume" && mount.source === name),
    );
    if (isMounted) refuse("remove the volume", "conflict", `volume ${name} is in use`);
    this.volumes.remove(name);
  }

  #nextId(): string {
    this.#madeIds += 1;
    return this.#madeIds.toString(16).padStart(64, "0");
  }

  #tell(action: string, { id, name, spec, allLabels }: FakeContainer): void {
    this.events.tell({ action, id, labels: { ...allLabels, name, image: spec.image } });
  }

  #publish({ ports }: ContainerSpec): Readonly<Record<string, number>> {
    const taken = this.containers.flatMap((other) => Object.values(other.ports));
    const publish = ({ containerPort, protocol, hostPort }: PortSpec): [string, number] => [
      `${containerPort}/${protocol}`,
      hostPort === undefined ? this.#nextPort++ : freePort(hostPort, taken),
    ];
    return Object.fromEntries(ports.map(publish));
  }
}

function freePort(wanted: number | PortRange, taken: readonly number[]): number {
  const { from, to } = typeof wanted === "number" ? { from: wanted, to: wanted } : wanted;
  for (let port = from; port <= to; port++) if (!taken.includes(port)) return port;
  return refuse("start the container", "port-in-use", `port ${from} is already allocated`);
}

/** Refuses a call as an engine does. */
export function refuse(operation: string, refusal: EngineRefusal, reason: string): never {
  throw new EngineRequestError({ operation, refusal, reason });
}
