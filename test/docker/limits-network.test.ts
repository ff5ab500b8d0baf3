import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { describe, expect } from "vitest";
import type { GenericContainer, ResourceLimits } from "../../src/index.ts";
import { container } from "../../src/index.ts";
import { boundsLabels } from "../../src/spec/bounds.ts";
import { limitNetworkAsLabelled } from "../../src/resources/network-rate.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

const run = promisify(execFile);

const RATE = 10_000_000;
const BYTES = 2_500_000;

/** Sends as much as a connection's first line asks for; then takes what comes, and says how much that was. */
const peer = [
  "use IO::Socket::INET;",
  "my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 9, ReuseAddr => 1) or die;",
  "while (my $client = $server->accept) {",
  "  my ($wanted, $taken, $buffer) = (scalar <$client>, 0, '');",
  "  print $client 'x' x $wanted;",
  "  if ($wanted == 0) { while (my $n = read $client, $buffer, 65536) { $taken += $n } print $client $taken }",
  "  close $client;",
  "}",
].join("\n");

function talker(networkBitsPerSecond?: ResourceLimits["networkBitsPerSecond"]): ReturnType<typeof container> {
  return container(images.service, {
    command: ["perl", "-e", peer],
    ports: [8080],
    stopGraceMs: 0,
    ...(networkBitsPerSecond !== undefined && { limits: { networkBitsPerSecond } }),
  });
}

/** How fast a container sends to this process, in bits per second. */
async function sends(service: GenericContainer): Promise<number> {
  const socket = connect(service.port(), service.host);
  socket.write(`${BYTES}\n`);
  const [first] = (await once(socket, "data")) as [Buffer];
  const since = performance.now();
  expect(first.length + (await text(socket)).length).toBe(BYTES);
  return rateSince(since);
}

/** How fast a container receives from this process, in bits per second. */
async function receives(service: GenericContainer): Promise<number> {
  const socket = connect({ port: service.port(), host: service.host, allowHalfOpen: true });
  const since = performance.now();
  socket.end(`0\n${"x".repeat(BYTES)}`);
  expect(await text(socket)).toBe(String(BYTES));
  return rateSince(since);
}

function rateSince(since: number): number {
  return (BYTES * 8) / ((performance.now() - since) / 1000);
}

/** Whether this process may enter the network of a container and change it. */
async function whyNot(): Promise<string> {
  if (process.getuid?.() !== 0) return "only root may limit the rate of a network";
  const programs = ["tc", "ip", "nsenter", "setpriv"];
  const found = await Promise.all(programs.map((name) => run("which", [name]).catch(() => undefined)));
  return found.includes(undefined) ? `it takes ${programs.join(", ")}` : "";
}

const isWithin = (rate: number): boolean => rate > 0.8 * RATE && rate < 1.2 * RATE;

describe("the rate of a container's network", () => {
  test("is what was asked for, each way, within a fifth", { timeout: 120_000 }, async ({ workspace, skip }) => {
    const reason = await whyNot();
    skip(reason !== "", reason);
    const { services } = await workspace.start({
      both: talker(RATE),
      sending: talker({ send: RATE }),
      free: talker(),
    });

    const limited = [await sends(services.both), await receives(services.both), await sends(services.sending)];
    const free = [await sends(services.free), await receives(services.free), await receives(services.sending)];

    expect(limited.filter((rate) => !isWithin(rate))).toEqual([]);
    expect(free.filter((rate) => rate < 5 * RATE)).toEqual([]);
  });

  test("on a network of the environment is limited as well", { timeout: 120_000 }, async ({ workspace, skip }) => {
    const reason = await whyNot();
    skip(reason !== "", reason);
    const limits = { networkBitsPerSecond: RATE };
    const { services } = await workspace.start({ web: container(images.service, { network: true, limits }) });

    const queues = await queuesOf(services.web.id);

    expect(queues).toContain("qdisc tbf");
    expect(queues).toContain("rate 10Mbit");
  });

  test("is the same after a restart, which gives the container another network", async ({ workspace, skip }) => {
    const reason = await whyNot();
    skip(reason !== "", reason);
    const limits = { networkBitsPerSecond: RATE };
    const environment = await workspace.start({ web: container(images.service, { limits }) });
    const { web } = environment.services;
    const before = (await engine.inspectExisting(web.id)).State.Pid;

    await web.restart();
    const own = (await engine.inspectExisting(web.id)).State.Pid;
    const queuesOfOwn = await queuesOf(web.id);
    const followed = Promise.withResolvers<undefined>();
    environment.on("container:restarted", () => {
      followed.resolve(undefined);
    });
    await engine.interfere(web.id, "restart");
    await followed.promise;

    expect(own).not.toBe(before);
    expect(queuesOfOwn).toContain("rate 10Mbit");
    expect((await engine.inspectExisting(web.id)).State.Pid).not.toBe(own);
    expect(await queuesOf(web.id)).toContain("rate 10Mbit");
  });

  test("is refused before anything is made, to a process that may not change networks", async ({ workspace, skip }) => {
    const reason = await whyNot();
    skip(reason !== "", reason);
    const program = join(import.meta.dirname, "programs/limit-network.ts");
    const start = [process.execPath, "--import", "./scripts/await-using.mjs", program, workspace.directory];
    const since = Date.now();
    const label = `dev.cleanroom.project=${workspace.directory}`;

    const refused = await run("setpriv", ["--bounding-set", "-net_admin", ...start]);
    const made = await engine.createdSince(since, label);
    const allowed = await run("setpriv", start);

    expect(refused.stdout).toBe(
      "UnsupportedError: web cannot have `limits.networkBitsPerSecond`: this process may not change networks; it takes " +
        "CAP_NET_ADMIN and CAP_SYS_ADMIN, which root has.\n",
    );
    expect(made).toEqual([]);
    expect(allowed.stdout).toBe("started web\n");
  });

  test("is never that of this machine", async ({ workspace, skip }) => {
    const reason = await whyNot();
    skip(reason !== "", reason);
    const hostNetwork = { HostConfig: { NetworkMode: "host" } };
    const limits = { networkBitsPerSecond: RATE };
    const before = await run("tc", ["qdisc", "show"]);

    const error = await failureOf(
      workspace.start({ web: container(images.service, { limits, engineOptions: hostNetwork }) }),
    );
    const { services } = await workspace.start({ web: container(images.service, { engineOptions: hostNetwork }) });
    const { State } = await engine.inspectExisting(services.web.id);
    const labels = boundsLabels({ limits, mounts: [] });
    const forced = await failureOf(limitNetworkAsLabelled("web", { id: services.web.id, pid: State.Pid, labels }));

    expect((error as Error).message).toContain("with the network mode `host` it has no network of its own");
    expect((forced as Error).message).toContain("`limits.networkBitsPerSecond`: it has no network of its own");
    const hasShaping = (text: string): string[] => text.split("\n").filter((line) => /dev (eth|en)/.test(line));
    expect(hasShaping((await run("tc", ["qdisc", "show"])).stdout)).toEqual(hasShaping(before.stdout));
  });
});

/** What the kernel lets wait in front of a container's interfaces. */
async function queuesOf(id: string): Promise<string> {
  const { State } = await engine.inspectExisting(id);
  const { stdout } = await run("nsenter", [`--net=/proc/${State.Pid}/ns/net`, "tc", "qdisc", "show"]);
  return stdout;
}
