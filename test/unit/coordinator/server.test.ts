import { once } from "node:events";
import type { Server } from "node:net";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test as base } from "vitest";
import { CoordinatorLink } from "../../../src/coordinator/coordinator-link.ts";
import { OfferedParts } from "../../../src/coordinator/offered-parts.ts";
import { RemoteMember } from "../../../src/coordinator/remote-member.ts";
import { thisProcess } from "../../../src/coordinator/this-process.ts";
import { CoordinatorStage, requestFor } from "../../support/coordinator-stage.ts";
import { outcomeOf } from "../support/outcome.ts";
import { noCare } from "../support/specs.ts";

const test = base.extend("stage", async ({}, { onCleanup }) => {
  const stage = await CoordinatorStage.create("remote");
  onCleanup(() => stage[Symbol.asyncDispose]());
  return stage;
});

let calls = 0;

function call(name: string, ...args: readonly unknown[]): string {
  return JSON.stringify({ t: "q", i: `call-${(calls += 1)}`, m: name, a: args });
}

function answer(result: unknown): string {
  return JSON.stringify({ t: "s", i: "call-0", r: result });
}

function hello(secret = "secret", sessionId?: string): string {
  return call("hello", { secret, identity: thisProcess(), memberId: `m${calls}`, sessionId });
}

/** What the coordinator answers to these lines before it ends the connection, or the test does. */
async function answersTo(stage: CoordinatorStage, lines: readonly string[]): Promise<string> {
  const socket = connect(stage.address.paths.socket);
  await once(socket, "connect");
  const answer = text(socket);
  socket.write(lines.map((line) => `${line}\n`).join(""));
  await stage.settled();
  socket.end();
  return answer;
}

describe("a connection", () => {
  const refusals: readonly (readonly [what: string, lines: () => readonly string[], problem: RegExp])[] = [
    ["does not greet", () => [call("status")], /status came before hello/],
    ["has a wrong secret", () => [hello("wrong!"), call("status")], /hello came with a wrong secret/],
    ["has no secret", () => [hello("")], /hello came with a wrong secret/],
    ["greets twice", () => [hello(), hello()], /hello came twice/],
    ["speaks no JSON", () => ["GET / HTTP/1.1", "Host: x"], /a message is not JSON/],
    ["says nothing in many lines", () => Array.from({ length: 5000 }, () => ""), /a message is not JSON/],
    ["calls what is not there", () => [hello(), call("__proto__")], /there is no function "__proto__"/],
    ["answers what nobody asked before it greets", () => [answer(1)], /an answer came before hello/],
    ["calls what is not its to call", () => [hello(), call("seated")], /there is no function "seated"/],
  ];
  test.for(refusals)("that %s is ended, for a reason that is logged once", async ([, lines, problem], { stage }) => {
    const answers = await answersTo(stage, lines());

    expect(answers).not.toContain('"r":[');
    expect(stage.lines).toEqual([expect.stringMatching(problem)]);
    expect(stage.coordinator.sessions.all).toEqual([]);
  });

  test("whose message has a prototype in it changes nobody's", async ({ stage }) => {
    const request = JSON.stringify(requestFor("db")).replace("{", '{"__proto__":{"isAdmin":true},');

    await answersTo(stage, [hello(), `{"t":"q","i":"1","m":"acquire","a":[${request}],"__proto__":{"x":1}}`]);

    expect(({} as { readonly isAdmin?: unknown }).isAdmin).toBeUndefined();
    expect(stage.coordinator.services.all).toEqual([]);
  });

  test("that answers what nobody asked is left alone", async ({ stage }) => {
    expect(await answersTo(stage, [hello(), answer({}), call("status")])).toContain('"r":[]');
    expect(stage.lines).toEqual([]);
  });

  test("that is in no session may ask, but not acquire", async ({ stage }) => {
    const answers = await answersTo(stage, [hello(), call("status"), call("acquire", requestFor("db"))]);

    expect(answers).toContain('"r":[]');
    expect(answers).toContain("Services were asked for by who is in no session.");
    expect(stage.lines).toEqual([]);
  });

  test("that ends while it waits is in nobody's way", async ({ stage }) => {
    const member = await stage.join();
    const ticket = await stage.ticket(member, requestFor("db"));
    await answersTo(stage, [hello("secret", "another"), call("acquire", requestFor("db"))]);
    await stage.settled();

    await member.created(ticket.serviceId, await stage.make(ticket), noCare);

    expect((await member.endSession()).containers).toMatchObject([{ outcome: "stopped" }]);
    expect(stage.coordinator.sessions.all).toEqual([]);
  });
});

describe("a member that reconnects", () => {
  test("keeps its place, and what it had been promised", async ({ stage }) => {
    const id = "0123456789abcdef";
    const address = stage.address;
    const greeting = { secret: "secret", identity: thisProcess(), memberId: id, sessionId: "s" };
    const functions = { notify: () => undefined, ...new OfferedParts().functions };
    const first = new CoordinatorLink({ address, greeting, functions });
    const request = requestFor("db");
    const acquisition = await first.call((coordinator) => coordinator.acquire(request));
    const second = new CoordinatorLink({ address, greeting, functions });
    await second.call(() => Promise.resolve()); // Its greeting has arrived: the other connection is out of date.
    await first.close();
    await stage.settled();

    expect(await second.call((coordinator) => coordinator.acquire(request))).toEqual(acquisition);
    await second.close();
    await stage.idle();
  });
});

describe("a coordinator that ends every connection", () => {
  const broken = test.extend("server", async ({ stage }, { onCleanup }) => {
    const server: Server = createServer((socket) => {
      socket.once("data", () => socket.destroy());
      socket.on("error", () => undefined);
    });
    server.listen(join(stage.address.paths.directory, "broken"));
    await once(server, "listening");
    onCleanup(() => void server.close());
    return server;
  });

  broken("is given up after a while, in words", async ({ stage, server }) => {
    expect(server.listening).toBe(true);
    const { address } = stage;
    const paths = { ...address.paths, socket: join(address.paths.directory, "broken") };
    const joining = RemoteMember.join({ ...address, paths }, "secret", { onEvent: () => undefined });

    expect(await outcomeOf(joining)).toMatchObject({
      code: "CLEANROOM_COORDINATOR",
      details: {
        problem: "The coordinator ended the connection 10 times in a row when it was called.",
        log: paths.log,
      },
    });
  });

  test("because of what it was asked is given up as well", async ({ stage }) => {
    const member = await stage.join();

    expect(await outcomeOf(member.acquire(requestFor("no name")))).toMatchObject({ code: "CLEANROOM_COORDINATOR" });
    expect(stage.lines.length).toBeLessThanOrEqual(10);
    expect(stage.lines[0]).toMatch(/^A connection was ended: acquire: /);
    expect((await member.acquire(requestFor("db"))).kind).toBe("create");
  });
});
