import { spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { chown, mkdir, rename, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { anything, constant, oneof, sample, string } from "fast-check";
import { describe, expect } from "vitest";
import { thisProcess } from "../../../src/coordinator/this-process.ts";
import { test } from "../../support/coordinator-processes.ts";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

/** A message, or what somebody took for one. */
type Hostile = string | Buffer;

const names = [
  "hello",
  "acquire",
  "giveBack",
  "createAhead",
  "cancel",
  "created",
  "failed",
  "abandoned",
  "release",
  "endSession",
  "removeServices",
];

function text(value: unknown): string {
  return value === undefined ? "" : JSON.stringify(value);
}

function call(name: string, args: unknown): string {
  return `${JSON.stringify({ t: "q", i: "x", m: name, a: args })}\n`;
}

/** Ten thousand messages, the same in every run. */
function hostileMessages(count: number, secret: string): readonly Hostile[] {
  const greeting = { secret, identity: thisProcess(), memberId: "m", sessionId: "s" };
  const deep = "[".repeat(50_000) + "]".repeat(50_000);
  const caused = '{"name":"E","message":"m","cause":'.repeat(2000) + "null" + "}".repeat(2000);
  const fixed: readonly Hostile[] = [
    "\n",
    "\n\n\n\n\n\n\n\n".repeat(1000),
    "null\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    Buffer.from([0, 255, 254, 10, 10, 0, 10]),
    Buffer.alloc(70_000, 0xff),
    `${deep}\n`,
    `{"t":"q","i":"x","m":"acquire","a":${deep}}\n`,
    `{"t":"q","i":"x","m":"failed","a":["s",${caused}]}\n`,
    '{"t":"q","i":"x","m":"__proto__","a":[]}\n',
    '{"t":"q","i":"x","m":"constructor","a":[]}\n',
    '{"__proto__":{"isGreeted":true},"t":"q","i":"x","m":"endSession","a":[]}\n',
    '{"t":"s","i":"x","r":1}\n',
    '{"t":"q","i":"x","m":"hello","a":[{"__proto__":{"secret":"x"}}]}\n',
    call("hello", [{ ...greeting, secret: "wrong" }]),
    call("hello", [greeting]) + call("hello", [greeting]),
    call("status", []),
    call("endSession", []),
    call("removeServices", [Array.from({ length: 20_000 }, (_, index) => index)]),
    call("removeServices", [Array.from({ length: 2000 }, (_, index) => String(index))]),
    call("release", ["__proto__", null]),
    call("cancel", ["__proto__"]),
    call("isKnownValid", ["__proto__"]),
    call("foundValid", ["x".repeat(200)]),
    call("created", ["__proto__", {}]),
    call("abandoned", ["constructor"]),
    call("acquire", [{ ["k".repeat(100_000)]: 1 }]),
  ];
  const random = oneof(
    constant(""),
    string({ unit: "binary", maxLength: 200 }),
    anything({ maxDepth: 3 }).map((value) => `${text(value)}\n`),
    anything({ maxDepth: 2 }).map((value) => call(names[Math.abs(text(value).length) % names.length] ?? "", value)),
    anything({ maxDepth: 3 }).map((value) => call("acquire", [value])),
    anything({ maxDepth: 3 }).map((value) => call("failed", ["s", value])),
  );
  const sampled = sample(random, { numRuns: count - fixed.length * 100, seed: 42 });
  return [...sampled, ...Array.from({ length: 100 }, () => fixed).flat()];
}

/** Sends some messages over a connection of their own; resolves when it has ended. Greets first, as a member does, or not. */
async function attack(path: string, messages: readonly Hostile[], greeting: string | undefined): Promise<void> {
  const socket = connect(path);
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  socket
    .on("error", () => undefined)
    .once("close", () => {
      resolve(undefined);
    });
  socket.resume();
  if (greeting !== undefined) socket.write(greeting);
  for (const message of messages) socket.write(message);
  socket.end();
  await closed;
}

describe("the coordinator", () => {
  test("goes on whatever is said to it", { timeout: 180_000 }, async ({ grounds }) => {
    const good = await grounds.client("seats");
    expect(await good.tell("join")).toBe("join");
    const [pid] = grounds.coordinators;
    const { socket } = await grounds.paths();
    const messages = hostileMessages(10_000, grounds.state.secret);
    expect(messages.length).toBe(10_000);
    const groups = Array.from({ length: messages.length / 4 }, (_, index) => messages.slice(index * 4, index * 4 + 4));
    let next = 0;
    const attacker = async (): Promise<void> => {
      for (let index = (next += 1); index <= groups.length; index = next += 1) {
        const greeting = call("hello", [
          { secret: grounds.state.secret, identity: thisProcess(), memberId: `m${index}`, sessionId: `s${index % 9}` },
        ]);
        await attack(socket, groups[index - 1] ?? [], index % 2 === 0 ? greeting : undefined);
        if (index % 250 === 0) expect(await good.tell("call")).toBe("call");
      }
    };
    await Promise.all(Array.from({ length: 16 }, attacker));
    await Promise.all(Array.from({ length: 8 }, () => attack(socket, [Buffer.alloc(6 * 1024 * 1024, "x")], undefined)));

    expect(await good.tell("call")).toBe("call");
    expect(grounds.coordinators).toEqual([pid]);
    const { log } = grounds;
    for (const reason of [
      "a message is not JSON",
      "a message is no call",
      "a message is longer than 4194304 bytes",
      "hello came with a wrong secret",
      "hello came twice",
      "status came before hello",
      'there is no function "__proto__"',
      "acquire: ",
    ]) {
      expect(log).toContain(reason);
    }
    expect(log).not.toContain(grounds.state.secret);
    expect(Math.max(...log.split("\n").map(({ length }) => length))).toBeLessThan(500);
    const [, kibibytes = "0"] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, "utf8")) ?? [];
    expect(Number(kibibytes)).toBeLessThan(300 * 1024);
    expect(await good.tell("leave")).toBe("leave");
  });

  test("cannot be reached by another user, nor can what it keeps be read", async ({ grounds, skip }) => {
    skip(!isRoot, "only root can become somebody else");
    const good = await grounds.client("seats");
    expect(await good.tell("join")).toBe("join");
    const { socket, journal, log } = await grounds.paths();
    const program = `
      const [socket, ...files] = process.argv.slice(1);
      for (const file of files) {
        try { require("node:fs").readFileSync(file); console.log("read"); } catch (error) { console.log(error.code); }
      }
      require("node:net").connect(socket).on("connect", () => { console.log("connected"); process.exit(); })
        .on("error", (error) => console.log(error.code));`;
    const files = [join(grounds.directory, "identity.json"), journal, log];
    const asNobody = { uid: NOBODY, gid: NOBODY, encoding: "utf8" } as const;

    expect(spawnSync(process.execPath, ["-e", program, socket, ...files], asNobody).stdout).toBe("EACCES\n".repeat(4));
    expect(spawnSync(process.execPath, ["-e", program, socket, ...files], { encoding: "utf8" }).stdout).toBe(
      "read\nread\nread\nconnected\n",
    ); // The control.
    expect(statSync(journal).mode & 0o777).toBe(0o600);
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(await good.tell("leave")).toBe("leave");
  });
});

describe("a client refuses", () => {
  test("a state directory that is a link, in words", async ({ grounds }) => {
    const [real, link] = [join(grounds.directory, "real"), join(grounds.directory, "link")];
    await mkdir(real, { mode: 0o700 });
    await symlink(real, link);
    const client = await grounds.client("seats", { CLEANROOM_STATE_DIR: link });

    expect(await client.tell("join")).toBe(
      `failed: The state directory ${link} cannot be trusted: it is a symbolic link.`,
    );
    await client.kill();
    await grounds.discard(real, link);
  });

  test("a state directory, or a coordinator's part of it, that belongs to somebody else", async ({ grounds, skip }) => {
    skip(!isRoot, "only root can give a directory away");
    const { directory } = await grounds.paths();
    await chown(directory, NOBODY, NOBODY);
    const client = await grounds.client("seats");

    expect(await client.tell("join")).toBe(
      `failed: The state directory ${directory} cannot be trusted: it belongs to user ${NOBODY}, not to 0.`,
    );
    await chown(directory, 0, 0);
    await client.kill();
  });

  test("a socket that belongs to somebody else, and what is no socket is replaced", async ({ grounds, skip }) => {
    skip(!isRoot, "only root can give a file away");
    const { socket } = await grounds.paths();
    await writeFile(socket, "");
    await chown(socket, NOBODY, NOBODY);
    const client = await grounds.client("seats");

    expect(await client.tell("join")).toBe(
      `failed: The socket ${socket} cannot be trusted: it belongs to user ${NOBODY}, not to 0.`,
    );
    await client.kill();
    await chown(socket, 0, 0);
    const next = await grounds.client("seats");
    expect(await next.tell("join")).toBe("join");
    expect(await next.tell("leave")).toBe("leave");
  });

  test("an identity that is a link", async ({ grounds }) => {
    const [identity, elsewhere] = [join(grounds.directory, "identity.json"), join(grounds.directory, "elsewhere")];
    await rename(identity, elsewhere);
    await symlink(elsewhere, identity);
    const client = await grounds.client("seats");

    expect(await client.tell("join")).toMatch(/^failed: .*identity\.json cannot be trusted: ELOOP/);
    await client.kill();
    await rename(elsewhere, identity);
  });
});
