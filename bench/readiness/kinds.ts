import type { Probe } from "cleanroom-test";
import { command, file, http, tcp } from "cleanroom-test";
import { images } from "../harness/subjects.ts";
import type { Evidence } from "./observer.ts";

/** A kind of probe and a service that becomes ready at a moment of our choice. */
export interface Kind {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly probe: Probe;
  readonly evidence: Evidence;
  /** What has it ready `delayMs` after its start; where it is a server's own doing, that much later than usual. */
  readonly delayed: (delayMs: number) => Delayed;
}

/** What of a container decides when it is ready. */
export interface Delayed {
  readonly env?: Readonly<Record<string, string>>;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
}

const READY_FILE = "/ready";
const HTTP_PORT = 8080;
const service = { image: images.service, port: HTTP_PORT };
const testFile = ["test", "-e", READY_FILE];

const writesFile = (delayMs: number): Delayed => ({
  env: { WRITE_FILE: READY_FILE, WRITE_FILE_AFTER_MS: String(delayMs) },
});

/** The kinds whose lag does not depend on how long an exec takes. */
export const promptKinds: readonly Kind[] = [
  {
    ...service,
    name: "tcp",
    probe: tcp(HTTP_PORT),
    evidence: { port: HTTP_PORT },
    delayed: (delayMs) => ({ env: { LISTEN_AFTER_MS: String(delayMs) } }),
  },
  {
    ...service,
    name: "http",
    probe: http({ port: HTTP_PORT, path: "/ready" }),
    evidence: { port: HTTP_PORT, request: "GET /ready HTTP/1.1\r\nHost: side\r\n\r\n", answer: "HTTP/1.1 200" },
    delayed: (delayMs) => ({ env: { READY_AFTER_MS: String(delayMs) } }),
  },
  {
    ...service,
    name: "file",
    probe: file(READY_FILE),
    evidence: { file: READY_FILE },
    delayed: writesFile,
  },
  {
    name: "redis",
    image: images.redis,
    port: 6379,
    probe: { kind: "redis", port: 6379 },
    evidence: { port: 6379, request: "PING\r\n", answer: "+PONG" },
    delayed: sleepingFirst(["redis-server"], {}),
  },
  {
    name: "postgres",
    image: images.postgres,
    port: 5432,
    probe: { kind: "postgres", port: 5432 },
    // Length, protocol 3.0, who wants what; a server that takes connections answers with an authentication request.
    evidence: { port: 5432, request: "\0\0\0\x17\0\x03\0\0user\0postgres\0\0", answer: "R" },
    delayed: sleepingFirst(["postgres"], { POSTGRES_PASSWORD: "side" }),
  },
];

/** The kind that runs a command in the container for every attempt. */
export const commandKind: Kind & { readonly command: readonly string[] } = {
  ...service,
  name: "command",
  command: testFile,
  probe: command(testFile),
  evidence: { file: READY_FILE },
  delayed: writesFile,
};

/** Has the image's own entrypoint wait, since these servers have no setting for that. */
function sleepingFirst(words: readonly string[], env: Readonly<Record<string, string>>): Kind["delayed"] {
  const script = 'sleep "$0" && exec docker-entrypoint.sh "$@"';
  return (delayMs) => ({ env, entrypoint: ["sh", "-c", script, (delayMs / 1000).toFixed(3)], command: words });
}
