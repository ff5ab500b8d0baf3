import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CoordinatorAddress } from "../../src/coordinator/connect-coordinator.ts";
import type {
  CreationTicket,
  JoinOptions,
  ServiceEvent,
  ServiceRequest,
  SessionMember,
} from "../../src/coordinator/coordination.ts";
import type { CoordinatorOptions } from "../../src/coordinator/coordinator.ts";
import { Coordinator } from "../../src/coordinator/coordinator.ts";
import type { Journal } from "../../src/coordinator/journal.ts";
import { noJournal } from "../../src/coordinator/journal.ts";
import { LocalMember } from "../../src/coordinator/local-member.ts";
import { RemoteMember } from "../../src/coordinator/remote-member.ts";
import type { ServerOptions } from "../../src/coordinator/server.ts";
import { CoordinatorServer } from "../../src/coordinator/server.ts";
import type { ServiceConnection } from "../../src/index.ts";
import type { FakeContainer } from "../../src/testing/index.ts";
import { FakeBackend, ManualClock } from "../../src/testing/index.ts";
import { FakeParts } from "./fake-parts.ts";
import { noCare, specWith } from "../unit/support/specs.ts";

/** Whether members sit in the coordinator's own process or talk to it over a socket. */
export type SeatKind = "local" | "remote";

/** How a coordinator on a stage differs from the usual. */
export interface StageOptions {
  readonly stragglerMs?: number;
  readonly retryMs?: number;
  readonly journal?: Journal;
  readonly warmImages?: NonNullable<CoordinatorOptions["warmImages"]>;
  /** What becomes of members whose connection has ended; they leave when absent. */
  readonly depart?: NonNullable<ServerOptions["depart"]>;
  /** Told of each change whether there is nothing left to look after. */
  readonly onChange?: (isIdle: boolean) => void;
}

/** A coordinator over a fake engine, and a clock that stands still. Disposing ends its members. */
export class CoordinatorStage implements AsyncDisposable {
  readonly backend: FakeBackend;
  readonly clock: ManualClock;
  readonly coordinator: Coordinator;
  /** The parts of services that were asked for any, by the services' names. */
  readonly parts = new Map<string, FakeParts>();
  /** How services were to be reached when their parts were asked for, in order. */
  readonly openedFor: ServiceConnection[] = [];
  /** What the coordinator said about itself. */
  readonly lines: string[] = [];

  readonly #members: SessionMember[] = [];
  #address: CoordinatorAddress | undefined;
  #server: CoordinatorServer | undefined;

  private constructor({ stragglerMs = 0, retryMs, journal = noJournal, warmImages, onChange }: StageOptions) {
    this.clock = new ManualClock(1_000_000);
    this.backend = new FakeBackend({ clock: this.clock });
    let made = 0;
    this.coordinator = new Coordinator({
      caretaker: this.backend,
      clock: this.clock,
      ownership: { owner: "owner", coordinator: "coordinator" },
      journal,
      newId: () => (made += 1).toString(16).padStart(10, "0"),
      log: (line) => this.lines.push(line),
      openParts: (connection) => {
        const { name } = connection;
        this.openedFor.push(connection);
        if (name === "whole") return Promise.resolve(undefined);
        const parts = this.parts.get(name) ?? new FakeParts();
        this.parts.set(name, parts);
        return Promise.resolve(parts);
      },
      stragglerMs,
      retryMs,
      warmImages,
      onChange: () => onChange?.(this.coordinator.isIdle),
    });
  }

  static async create(kind: SeatKind, options: StageOptions = {}): Promise<CoordinatorStage> {
    const stage = new CoordinatorStage(options);
    if (kind === "remote") await stage.#serve(options);
    return stage;
  }

  /** A seat in a session of the coordinator. It leaves with the stage at the latest. */
  async join(options: Partial<JoinOptions> = {}): Promise<SessionMember> {
    const complete = { onEvent: () => undefined, ...options };
    const address = this.#address;
    const member =
      address === undefined
        ? new LocalMember(this.coordinator, complete)
        : await RemoteMember.join(address, "secret", complete);
    this.#members.push(member);
    return member;
  }

  /** Where it can be reached; there is no coordinator to be started when it cannot. */
  get address(): CoordinatorAddress {
    if (this.#address === undefined) throw new Error("It is in the same process.");
    return this.#address;
  }

  /** Resolves once so many requests wait for somebody else's creation. */
  async waiting(count: number): Promise<void> {
    while (this.coordinator.services.all.flatMap(({ waits }) => [...waits]).length < count) await turn();
  }

  /** Resolves when the coordinator has no service, network or session left. */
  async idle(): Promise<void> {
    while (!this.coordinator.isIdle) await turn();
  }

  /** Lets everything that is ready to run do so, what is on its way over a socket included. */
  async settled(turns = 30): Promise<void> {
    for (let count = 0; count < turns; count += 1) await turn();
  }

  /** Makes and starts what a ticket is for, as a client does. */
  async make({ containerName, labels, networkName }: CreationTicket): Promise<ServiceConnection> {
    const id = await this.backend.create({ containerName, spec: specWith(), labels, networkName });
    await this.backend.start(id);
    const { ports } = await this.backend.inspect(id);
    const name = containerName.split("-")[1] ?? "";
    return { name, id, image: "app:1", key: "key", host: "127.0.0.1", ports, details: {} };
  }

  /** Acquires a service that there is none of yet, and creates it. */
  async start(member: SessionMember, request: ServiceRequest): Promise<StartedService> {
    const ticket = await this.ticket(member, request);
    const connection = await this.make(ticket);
    await member.created(ticket.serviceId, connection, noCare);
    return { serviceId: ticket.serviceId, connection };
  }

  /** Acquires a service that there is none of yet. */
  async ticket(member: SessionMember, request: ServiceRequest): Promise<CreationTicket> {
    const acquisition = await member.acquire(request);
    if (acquisition.kind !== "create") throw new Error(`There was a ${request.name} already.`);
    return acquisition.ticket;
  }

  /** The container of a service. */
  container({ connection }: StartedService): FakeContainer {
    const found = this.backend.containers.find(({ id }) => id === connection.id);
    if (found === undefined) throw new Error(`There is no container of ${connection.name}.`);
    return found;
  }

  /** The names of the services whose containers there are. */
  get live(): readonly string[] {
    return this.backend.containers.map(({ name }) => name.split("-")[1] ?? "");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const member of this.#members) await member[Symbol.asyncDispose]();
    await this.#server?.stopListening();
    if (this.#address !== undefined) await rm(this.#address.paths.directory, { recursive: true, force: true });
    this.coordinator.stop();
  }

  async #serve({ depart }: StageOptions): Promise<void> {
    const directory = await mkdtemp("/tmp/cr-");
    const socket = join(directory, "coordinator");
    this.#server = new CoordinatorServer({
      coordinator: this.coordinator,
      secret: "secret",
      sweep: () => Promise.resolve({ removed: [], failures: [] }),
      log: (line) => this.lines.push(line),
      onDisconnect: () => undefined,
      ...(depart !== undefined && { depart }),
    });
    await this.#server.listen(socket);
    this.#address = {
      paths: {
        id: "coordinator",
        directory,
        journal: join(directory, "journal.db"),
        log: join(directory, "coordinator.log"),
        sockets: directory,
        socket,
        election: join(directory, "election"),
      },
      stateDirectory: directory,
      endpoint: "unix:///nonexistent",
      environment: {},
    };
  }
}

/** A service that has been created. */
export interface StartedService {
  readonly serviceId: string;
  readonly connection: ServiceConnection;
}

/** A request for a service, with differences. */
export function requestFor(name: string, differences: Partial<ServiceRequest> = {}): ServiceRequest {
  return {
    requestId: randomBytes(8).toString("hex"),
    group: "project:/p",
    name,
    key: "key",
    dependsOn: [],
    stopGraceMs: 1000,
    keepAliveMs: 0,
    ...differences,
  };
}

/** Notes what a member is told, as `kind name`. */
export function eventLog(): { readonly events: ServiceEvent[]; readonly onEvent: (event: ServiceEvent) => void } {
  const events: ServiceEvent[] = [];
  return { events, onEvent: (event) => events.push(event) };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
