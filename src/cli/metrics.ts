import { createServer } from "node:http";
import { askCoordinator } from "../coordinator/ask-coordinator.ts";
import type { MeteredService } from "../coordinator/protocol.ts";
import { locateCoordinator, type CoordinatorLocation } from "../environment/shared-seat.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { EXPOSITION_TYPE, expositionOf } from "../metrics/export/exposition.ts";
import { serviceFamilies } from "../metrics/export/service-families.ts";
import { LOCAL_HOST, listenLocally } from "../metrics/listen-locally.ts";
import { systemClock } from "../time/system-clock.ts";
import { table } from "./table.ts";
import { print } from "./terminal.ts";

/** What `cleanroom metrics` is told. */
export interface MetricsOptions {
  /** Whether to print JSON. */
  readonly json?: boolean;
  /** Whether to print the text format of Prometheus. */
  readonly prometheus?: boolean;
  /** The port of this machine to answer Prometheus at, until the process is ended; `0` for one that is free. */
  readonly port?: string;
}

const HIGHEST_PORT = 65_535;
const MEBIBYTE = 1024 * 1024;

/** Tells what services use, how they are and how fast they answer; once, or to whoever asks over HTTP. */
export async function metrics({ json = false, prometheus = false, port }: MetricsOptions): Promise<void> {
  const number = port === undefined ? undefined : portOf(port);
  const location = await locateCoordinator(systemClock);
  if (number !== undefined) await serve(location, number);
  else show(await servicesOn(location), { json, prometheus });
}

function show(
  services: readonly MeteredService[],
  { json, prometheus }: { readonly json: boolean; readonly prometheus: boolean },
): void {
  if (json) print(JSON.stringify({ services }, null, 2));
  else if (prometheus) print(textOf(services).trimEnd());
  else print(services.length > 0 ? table(services.map(rowOf)) : "No services are shared on this engine.");
}

/** Answers until the process is ended. What fails is told to whoever asked, and the next one is answered afresh. */
async function serve(location: CoordinatorLocation, port: number): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url?.split("?")[0] !== "/metrics") {
      response.writeHead(404).end("Metrics are at /metrics.\n");
      return;
    }
    servicesOn(location).then(
      (services) => response.writeHead(200, { "content-type": EXPOSITION_TYPE }).end(textOf(services)),
      (error: unknown) => response.writeHead(503).end(`${messageOf(error)}\n`),
    );
  });
  const listensAt = await listenLocally(server, port, { origin: "The command line", path: "--port" });
  print(`Metrics are at http://${LOCAL_HOST}:${listensAt}/metrics. Ctrl-C ends this.`);
}

function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : HIGHEST_PORT + 1;
  if (port <= HIGHEST_PORT) return port;
  const message = `${JSON.stringify(text)} is no port; it is a number from 0 to ${HIGHEST_PORT}`;
  throw new ConfigurationError({ origin: "The command line", problems: [{ path: "--port", message }] });
}

async function servicesOn(location: CoordinatorLocation): Promise<readonly MeteredService[]> {
  const { address, state } = location;
  // Where none runs, there is nothing to measure; whoever uses a service starts another.
  const whom = { address, secret: state.secret, mayStart: false };
  return (await askCoordinator(whom, (coordinator) => coordinator.metrics())) ?? [];
}

function textOf(services: readonly MeteredService[]): string {
  const labelled = services.map(({ name, group, containerName, metrics: known }) => {
    return { labels: { service: name, container: containerName, shared_by: group }, metrics: known };
  });
  const info = {
    ...({ name: "cleanroom_service_info", type: "gauge", help: "1 for each service, with its state." } as const),
    samples: labelled.map(({ labels }, index) => {
      return { labels: { ...labels, state: services[index]?.state ?? "" }, value: 1 };
    }),
  };
  return expositionOf([info, ...serviceFamilies(labelled)]);
}

function rowOf({ name, state, containerName, metrics: known }: MeteredService): Readonly<Record<string, string>> {
  const { container, health, performance } = known;
  const { p95Ms } = performance.probes ?? {};
  return {
    SERVICE: name,
    STATE: state,
    CONTAINER: containerName,
    UPTIME: container === undefined ? "" : `${(container.uptimeMs / 1_000).toFixed(0)} s`,
    CORES: container?.cpu.usedCores.toFixed(2) ?? "",
    MEMORY: container === undefined ? "" : `${(container.memory.workingSetBytes / MEBIBYTE).toFixed(0)} MiB`,
    HEALTH: health.status,
    "CHECKS (FAILED)": `${health.checks} (${health.failures})`,
    "PROBE P95": p95Ms === undefined ? "" : `${p95Ms.toFixed(1)} ms`,
  };
}
