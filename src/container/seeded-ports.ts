import { createServer } from "node:net";
import { hasCode } from "../errors/cleanroom-error.ts";
import { seededNumber } from "../seed/seeded-random.ts";
import type { ContainerSpec, PortSpec } from "../spec/container-spec.ts";
import { portKey } from "../spec/port-key.ts";
import type { ContainerRuntime } from "./container-runtime.ts";
import type { StartRequest } from "./start-container.ts";

/**
 * The host ports that are chosen by seed. Below those that systems give to outgoing connections, which would be in the way.
 * Source: `net.ipv4.ip_local_port_range` of Linux begins with 32768; that of macOS and Windows with 49152.
 */
const FIRST_PORT = 20_000;
const PORTS = 12_000;

/** How often a start is begun whose ports turn out to be taken: not everything that has one can be seen from here. */
const MAX_STARTS = 10;

/** A start whose host ports are still to be chosen. */
interface Choice {
  readonly request: StartRequest;
  readonly seed: string;
  readonly runtime: ContainerRuntime;
}

/**
 * Starts a container. With a seed, the host ports that its description leaves open follow from that and the service: of those that
 * are taken, the next one. Otherwise the engine chooses them.
 *
 * @param start - Starts it at the ports of the request it is given.
 * @throws what `start` throws.
 */
export async function startAtSeededPorts<T>(
  request: StartRequest,
  runtime: ContainerRuntime,
  start: (request: StartRequest) => Promise<T>,
): Promise<T> {
  const { seed, plan } = request;
  if (seed === undefined || plan.spec.ports.every(isFixed)) return start(request);
  for (let skipped = 0; ; skipped += 1) {
    const ports = await choosePorts({ request, seed, runtime }, skipped);
    const spec: ContainerSpec = { ...plan.spec, ports };
    try {
      return await start({ ...request, plan: { ...plan, spec } });
    } catch (error) {
      if (!hasCode(error, "CLEANROOM_PORT_IN_USE") || skipped + 1 === MAX_STARTS) throw error;
    }
  }
}

function isFixed({ hostPort }: PortSpec): boolean {
  return hostPort !== undefined;
}

/** The ports, with those that are open chosen; `skipped` is how many are passed over. */
async function choosePorts({ request, seed, runtime }: Choice, skipped: number): Promise<readonly PortSpec[]> {
  const { isLocal, publishAddress } = runtime.backend.engine;
  const chosen: PortSpec[] = [];
  for (const port of request.plan.spec.ports) {
    if (isFixed(port)) {
      chosen.push(port);
      continue;
    }
    const first = Math.floor(seededNumber(seed, ["port", request.name, portKey(port)]) * PORTS) + skipped;
    const address = port.hostAddress ?? publishAddress;
    const isFree = async (hostPort: number): Promise<boolean> =>
      chosen.every((other) => other.hostPort !== hostPort) && (!isLocal || (await canListen(hostPort, address)));
    chosen.push({ ...port, hostPort: await nextFree(first, isFree) });
  }
  return chosen;
}

async function nextFree(first: number, isFree: (hostPort: number) => Promise<boolean>): Promise<number> {
  for (let offset = 0; offset < PORTS; offset += 1) {
    const hostPort = FIRST_PORT + ((first + offset) % PORTS);
    if (await isFree(hostPort)) return hostPort;
  }
  return FIRST_PORT + (first % PORTS); // The engine says why not.
}

function canListen(port: number, host: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => {
    resolve(false);
  });
  server.listen({ port, host, exclusive: true }, () => {
    server.close(() => {
      resolve(true);
    });
  });
  return promise;
}
