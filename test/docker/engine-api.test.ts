import { execFile, execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { ContainerBackend } from "../../src/backend/container-backend.ts";
import { connectCaretaker } from "../../src/backend/engine-api/connect-caretaker.ts";
import type { EngineCaretaker } from "../../src/backend/engine-caretaker.ts";
import { connectEngine } from "../../src/environment/connect-engine.ts";
import { caretakerFacts } from "../../src/testing/contract/caretaker-facts.ts";
import { specOf } from "../../src/testing/contract/given.ts";
import { watchFacts } from "../../src/testing/contract/watch-facts.ts";
import { ManualClock } from "../../src/testing/manual-clock.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "../support/engine.ts";
import { EngineProxy } from "../support/engine-proxy.ts";
import { failureOf, images } from "../support/workspace.ts";

const proxy = await EngineProxy.start();
vi.stubEnv("DOCKER_HOST", proxy.endpoint);

const caretaker = connectCaretaker({ endpoint: proxy.endpoint, clock: systemClock });
const reason = new Error("enough");
const openssl = "openssl";
let docker: ContainerBackend;

beforeAll(async () => {
  docker = await connectEngine({ endpoint: proxy.endpoint, origin: "the test" }, systemClock);
});

beforeEach(() => {
  proxy.reset();
});

afterAll(async () => {
  await caretaker[Symbol.asyncDispose]();
  await docker[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

describe("the caretaker alone", () => {
  const facts = [...caretakerFacts, ...watchFacts].map((fact) => [fact.name, fact] as const);

  test.for(facts)("%s", async ([, fact]) => {
    const context = {
      backend: lookedAfterBy(caretaker, docker),
      serviceImage: images.service,
      absentImage: "",
      canConnect: () => Promise.resolve(false),
    };

    await expect(fact.run(context)).resolves.toBeUndefined();
  });
});

describe("what somebody else made", () => {
  test("is found, stopped and removed, its volume last", async () => {
    const label = `cleanroom-test-${randomUUID()}`;
    const volume = `${label}-volume`;
    const { Id: id, Name } = await engine.runForeign({
      Image: images.service,
      Labels: { [label]: "a=b" },
      HostConfig: {
        Mounts: [
          { Type: "volume", Source: volume, Target: "/data", VolumeOptions: labelled({ [label]: "" }) },
        ] as never,
      },
    });

    expect(await caretaker.list(label)).toEqual([
      { kind: "container", id, name: Name.slice(1), labels: expect.objectContaining({ [label]: "a=b" }) as unknown },
      { kind: "volume", id: volume, name: volume, labels: { [label]: "" } },
    ]);
    expect(await caretaker.list(`${label}=a=b`)).toHaveLength(1);
    expect(await failureOf(caretaker.removeVolume(volume))).toMatchObject({ details: { refusal: "conflict" } });

    await caretaker.stop(id, 5_000);
    expect(engine.statusNow(id)).toBe("exited");
    await caretaker.remove(id);
    await caretaker.removeVolume(volume);

    expect(await caretaker.list(label)).toEqual([]);
    expect(await engine.hasVolume(volume)).toBe(false);
  });

  test("is told of when it ends by itself, with what the engine knows", async () => {
    const label = `cleanroom-test-${randomUUID()}`;
    const abort = new AbortController();
    const opened = Promise.withResolvers<void>();
    const died = Promise.withResolvers<unknown>();
    const watch = caretaker.watch(
      label,
      {
        onOpen: opened.resolve,
        onEvent: (event) => {
          if (event.action === "die") died.resolve(event);
        },
      },
      abort.signal,
    );
    await opened.promise;

    const { Id: id } = await engine.runForeign({
      Image: images.service,
      Labels: { [label]: "ä\n" },
      Env: ["EXIT_AFTER_MS=1", "EXIT_CODE=3"],
    });

    expect(await died.promise).toMatchObject({ id, labels: { [label]: "ä\n", exitCode: "3" } });
    abort.abort(reason);
    expect(await failureOf(watch)).toBe(reason);
    await engine.removeContainer(id);
  });
});

describe("an engine that", () => {
  test("is not there does not answer", async () => {
    const nobody = connectCaretaker({ endpoint: "unix:///nowhere/docker.sock", clock: systemClock });

    expect(await failureOf(nobody.ping())).toMatchObject({
      message: "The engine did not answer when asked to answer a ping: connect ENOENT /nowhere/docker.sock",
    });
  });

  test("refuses is quoted", async () => {
    proxy.fault = () => ({ status: 500, message: "the disk is full" });

    expect(await failureOf(caretaker.list("a"))).toMatchObject({
      message: "The engine refused to list a: the disk is full",
      details: { refusal: "other", statusCode: 500 },
    });
  });

  test("breaks the connection is told as one that did not answer", async () => {
    proxy.fault = () => "reset";

    expect(await failureOf(caretaker.inspect("a"))).toMatchObject({ details: { refusal: "unanswered" } });
  });

  test("cuts the stream of events ends the watch", async () => {
    await using other = await EngineProxy.start();
    await using cut = connectCaretaker({ endpoint: other.endpoint, clock: systemClock });
    const opened = Promise.withResolvers<void>();
    const watch = failureOf(cut.watch("a", { onOpen: opened.resolve, onEvent: () => {} }));
    await opened.promise;

    await other[Symbol.asyncDispose]();

    expect(await watch).toMatchObject({ details: { operation: "tell of events of a", refusal: "unanswered" } });
  });

  test.for<readonly [string, (hung: EngineCaretaker, signal?: AbortSignal) => Promise<unknown>]>([
    ["a ping", (hung, signal) => hung.ping(signal)],
    ["a list", (hung, signal) => hung.list("a", signal)],
    ["a watch", (hung, signal) => hung.watch("a", { onEvent: () => {} }, signal)],
  ])("hangs ends %s by its deadline, or its signal, and no connection stays", async ([, call]) => {
    await using deaf = await DeafEngine.start();
    const clock = new ManualClock();
    await using hung = connectCaretaker({ endpoint: deaf.endpoint, clock });
    const late = failureOf(call(hung));
    await vi.waitUntil(() => deaf.isAsked);

    await clock.advance(60_000);

    expect(await late).toMatchObject({ details: { refusal: "unanswered", reason: "no answer within 60000 ms" } });
    await vi.waitUntil(() => deaf.connections === 0);

    deaf.isAsked = false;
    const abort = new AbortController();
    const aborted = failureOf(call(hung, abort.signal));
    await vi.waitUntil(() => deaf.isAsked);
    abort.abort(reason);

    expect(await aborted).toBe(reason);
    await vi.waitUntil(() => deaf.connections === 0);
    expect(clock.pendingTimers).toBe(0);
  });
});

test("a connection that is kept for the next call does not keep the process", async () => {
  const script = `
    const { connectCaretaker } = await import("./src/backend/engine-api/connect-caretaker.ts");
    const { systemClock } = await import("./src/time/system-clock.ts");
    const caretaker = connectCaretaker({ endpoint: "unix://${engine.socketPath}", clock: systemClock });
    for (let calls = 0; calls < 3; calls += 1) await caretaker.list("nothing");`;

  // Less than the time for which an idle connection is kept.
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], { timeout: 4_500 });
});

test("what a container is made from does not show in a URL, where logs would have it", async () => {
  const containerName = `cleanroom-test-${randomUUID()}`;
  const spec = specOf({ backend: docker, serviceImage: images.service } as never, { env: { PASSWORD: "known" } });

  const id = await docker.create({ containerName, spec, labels: {} });

  expect(proxy.calls.map(({ url }) => url)).toEqual([`/containers/create?name=${containerName}`]);
  expect((await engine.inspectExisting(id)).Config.Env).toContain("PASSWORD=known");
  await docker.remove(id);
});

test("an engine behind TLS is shown the certificate of the directory, and its own is checked", async ({ skip }) => {
  skip(!hasOpenssl(), "there is no openssl to make certificates with");
  await using directory = await certificates();
  const server = createTlsServer(
    { ...(await directory.read()), requestCert: true, rejectUnauthorized: true },
    (_, answer) => answer.end("OK"),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const endpoint = `tcp://localhost:${(server.address() as AddressInfo).port}`;
  await using trusted = connectCaretaker({ endpoint, certificateDirectory: directory.path, clock: systemClock });
  await using stranger = connectCaretaker({ endpoint: endpoint.replace("tcp", "https"), clock: systemClock });

  await trusted.ping();
  expect(await failureOf(stranger.ping())).toMatchObject({ details: { refusal: "unanswered" } });

  server.close();
});

/** A backend whose caretaking is done by another. */
function lookedAfterBy(other: EngineCaretaker, backend: ContainerBackend): ContainerBackend {
  return new Proxy(backend, {
    get: (target, name) => {
      const owner: object = name in other ? other : target;
      const member: unknown = Reflect.get(owner, name);
      return typeof member === "function" ? (member.bind(owner) as unknown) : member;
    },
  });
}

function labelled(labels: Readonly<Record<string, string>>): object {
  return { NoCopy: false, Labels: labels, DriverConfig: {} };
}

/** Accepts connections, reads what it is asked, and never says a word. */
class DeafEngine implements AsyncDisposable {
  readonly endpoint: string;
  /** Whether anything was asked. */
  isAsked = false;

  readonly #directory: string;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on("data", () => (this.isAsked = true));
    socket.once("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
  });

  private constructor(directory: string) {
    this.#directory = directory;
    this.endpoint = `unix://${join(directory, "engine.sock")}`;
  }

  static async start(): Promise<DeafEngine> {
    const deaf = new DeafEngine(await mkdtemp(join(tmpdir(), "cleanroom-deaf-")));
    await once(deaf.#server.listen(deaf.endpoint.replace("unix://", "")), "listening");
    return deaf;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

function hasOpenssl(): boolean {
  try {
    execFileSync(openssl, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** A directory with a certificate for localhost that vouches for itself. */
async function certificates() {
  const path = await mkdtemp(join(tmpdir(), "cleanroom-certificates-"));
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
  const files = ["-keyout", join(path, "key.pem"), "-out", join(path, "cert.pem")];
  execFileSync(openssl, ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], {
    stdio: "ignore",
  });
  await copyFile(join(path, "cert.pem"), join(path, "ca.pem"));
  const read = async (name: string): Promise<Buffer> => readFile(join(path, name));
  return {
    path,
    read: async () => ({ ca: await read("ca.pem"), cert: await read("cert.pem"), key: await read("key.pem") }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}
