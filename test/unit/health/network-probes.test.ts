import { describe, expect, test } from "vitest";
import { checkProbe } from "../../../src/health/check-probe.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import type { Probe } from "../../../src/index.ts";
import { http, LifecycleError, ProbeError, tcp } from "../../../src/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { isSettled, outcomeOf } from "../support/outcome.ts";
import { freePort, httpServer, httpsServer, targetAt, tcpServer } from "../support/servers.ts";

const never = new AbortController().signal;
const containerPort = 8080;

/** What a probe of the service at `port` on this machine ends with: nothing, or what it saw. */
function check(probe: Probe, port: number, signal: AbortSignal = never): Promise<unknown> {
  return outcomeOf(checkProbe(probe, targetAt(port), systemClock, signal));
}

/** The same by a clock that stands still: the server, which is in this process, may be slow to close. */
function checkPatiently(probe: Probe, port: number): Promise<unknown> {
  return outcomeOf(checkProbe(probe, targetAt(port), new ManualClock(), never));
}

const protocols: readonly (readonly [string, Probe])[] = [
  ["tcp", tcp(containerPort)],
  ["http", http({ port: containerPort })],
  ["postgres", { kind: "postgres", port: containerPort }],
  ["redis", { kind: "redis", port: containerPort }],
];

describe("where nobody listens", () => {
  test.for(protocols)("%s is not healthy, and says so", async ([, probe]) => {
    const port = await freePort();

    expect(await check(probe, port)).toEqual(new ProbeError(`connect ECONNREFUSED 127.0.0.1:${port}`));
  });
});

describe("where connections are accepted and closed at once, as by a proxy in front of nobody", () => {
  test.for(protocols)("%s is not healthy", async ([, probe]) => {
    await using server = await tcpServer((socket) => socket.destroy());

    expect(await checkPatiently(probe, server.port)).toBeInstanceOf(ProbeError);
  });

  test.for(protocols)("%s is not healthy either when that takes a moment", async ([, probe]) => {
    await using server = await tcpServer((socket) => setTimeout(() => socket.end(), 3));

    expect(await checkPatiently(probe, server.port)).toBeInstanceOf(ProbeError);
  });

  test.for(protocols)("%s is not healthy either when they are reset", async ([, probe]) => {
    await using server = await tcpServer((socket) => setTimeout(() => socket.resetAndDestroy(), 3));

    expect(await checkPatiently(probe, server.port)).toBeInstanceOf(ProbeError);
  });
});

describe("where nobody ever answers", () => {
  test.for(protocols.slice(1))("%s ends when its signal aborts, and closes its connection", async ([, probe]) => {
    await using server = await tcpServer((socket) => socket.resume());
    const abort = new AbortController();
    const outcome = check(probe, server.port, abort.signal);
    while (server.open.size === 0) await new Promise(setImmediate);

    abort.abort(new LifecycleError("enough"));

    expect(await outcome).toBeInstanceOf(Error);
    while (server.open.size > 0) await new Promise(setImmediate);
  });

  test.for(protocols)("%s does not even connect when its signal has aborted", async ([, probe]) => {
    let connections = 0;
    await using server = await tcpServer(() => (connections += 1));

    expect(await check(probe, server.port, AbortSignal.abort(new LifecycleError("enough")))).toBeInstanceOf(Error);
    expect(connections).toBe(0);
  });
});

describe("tcp", () => {
  test("is healthy where a connection stays open", async () => {
    await using server = await tcpServer((socket) => socket.resume());

    expect(await check(tcp(containerPort), server.port)).toBeUndefined();
  });

  test("is healthy where the server speaks first, although it closes then", async () => {
    await using server = await tcpServer((socket) => socket.end("220 ready\r\n"));

    expect(await check(tcp(containerPort), server.port)).toBeUndefined();
  });

  test("waits by the clock it is given", async () => {
    await using server = await tcpServer((socket) => socket.resume());
    const clock = new ManualClock();
    const outcome = outcomeOf(checkProbe(tcp(containerPort), targetAt(server.port), clock, never));
    while (clock.pendingTimers === 0) await new Promise(setImmediate);

    expect(await isSettled(outcome)).toBe(false);
    await clock.advance(25);

    expect(await outcome).toBeUndefined();
  });

  test("asks the container itself where it can: nobody listens there, whatever the published port does", async () => {
    await using proxy = await tcpServer((socket) => socket.resume());
    const inside = await freePort();
    const target = targetAt(proxy.port, { directAddress: "127.0.0.1" });

    expect(await outcomeOf(checkProbe(tcp(inside), target, systemClock, never))).toEqual(
      new ProbeError(`nothing listens on port ${inside}`),
    );
  });

  test("is healthy when the container itself and the published port accept", async () => {
    await using server = await tcpServer((socket) => socket.resume());
    const target = targetAt(server.port, { directAddress: "127.0.0.1" });

    expect(await outcomeOf(checkProbe(tcp(server.port), target, systemClock, never))).toBeUndefined();
  });

  describe("that asks for an answer", () => {
    const ping = tcp(containerPort, { send: "ping\n", answerIncludes: "pong" });

    test("sends what it is told to, and is healthy once the answer has come, in however many pieces", async () => {
      await using server = await tcpServer((socket) => {
        socket.once("data", (data: Buffer) => {
          socket.write(`you said ${data.toString()}po`);
          setImmediate(() => socket.write("ng"));
        });
      });

      expect(await check(ping, server.port)).toBeUndefined();
    });

    test("need not send anything", async () => {
      await using server = await tcpServer((socket) => socket.end("220 mail ready\r\n"));

      expect(await check(tcp(containerPort, { answerIncludes: "220 " }), server.port)).toBeUndefined();
      expect(await check(tcp(containerPort, { answerIncludes: "421 " }), server.port)).toEqual(
        new ProbeError('answer "220 mail ready\\r\\n"'),
      );
    });

    test("is not healthy where the connection is closed without one", async () => {
      await using server = await tcpServer((socket) => socket.end());

      expect(await check(ping, server.port)).toEqual(new ProbeError("the connection was closed"));
    });

    test("ends when its signal aborts, and closes its connection", async () => {
      await using server = await tcpServer((socket) => socket.resume());
      const abort = new AbortController();
      const outcome = check(ping, server.port, abort.signal);
      while (server.open.size === 0) await new Promise(setImmediate);

      abort.abort(new LifecycleError("enough"));

      expect(await outcome).toEqual(new LifecycleError("enough"));
      while (server.open.size > 0) await new Promise(setImmediate);
    });
  });

  test("is not healthy when only the container itself accepts", async () => {
    await using inside = await tcpServer((socket) => socket.resume());
    const published = await freePort();
    const target = targetAt(published, { directAddress: "127.0.0.1" });

    expect(await outcomeOf(checkProbe(tcp(inside.port), target, systemClock, never))).toBeInstanceOf(ProbeError);
  });
});

describe("http", () => {
  test.for([200, 204, 301, 302, 399])("is healthy with status %i", async (status) => {
    await using server = await httpServer((_request, response) => response.writeHead(status).end());

    expect(await check(http({ port: containerPort }), server.port)).toBeUndefined();
  });

  test.for([400, 401, 404, 500, 503])("is not healthy with status %i", async (status) => {
    await using server = await httpServer((_request, response) => response.writeHead(status).end());

    expect(await check(http({ port: containerPort }), server.port)).toEqual(new ProbeError(`status ${status}`));
  });

  test("becomes healthy when 503 becomes 200", async () => {
    let status = 503;
    await using server = await httpServer((_request, response) => response.writeHead(status).end());
    const probe = http({ port: containerPort });

    expect(await check(probe, server.port)).toEqual(new ProbeError("status 503"));
    status = 200;

    expect(await check(probe, server.port)).toBeUndefined();
  });

  test("does not follow a redirect, which leads nowhere", async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
    });

    expect(await check(http({ port: containerPort }), server.port)).toBeUndefined();
  });

  test("can ask for a status of its own, or for one of several", async () => {
    await using server = await httpServer((_request, response) => response.writeHead(401).end());
    const probe = { port: containerPort };

    expect(await check(http({ ...probe, status: 401 }), server.port)).toBeUndefined();
    expect(await check(http({ ...probe, status: [200, 401] }), server.port)).toBeUndefined();
    expect(await check(http({ ...probe, status: 200 }), server.port)).toEqual(new ProbeError("status 401"));
  });

  test("sends what it is told to", async () => {
    const seen: unknown[] = [];
    await using server = await httpServer(({ method, url, headers }, response) => {
      seen.push({ method, url, token: headers["x-token"], connection: headers.connection });
      response.end();
    });

    await check(
      http({ port: containerPort, path: "/ready?deep=1", method: "HEAD", headers: { "x-token": "a" } }),
      server.port,
    );

    expect(seen).toEqual([{ method: "HEAD", url: "/ready?deep=1", token: "a", connection: "close" }]);
  });

  test("can ask for a text in the body", async () => {
    await using server = await httpServer((_request, response) => {
      response.write('{"status":');
      response.end('"UP"}');
    });
    const probe = { port: containerPort };

    expect(await check(http({ ...probe, bodyIncludes: '"status":"UP"' }), server.port)).toBeUndefined();
    expect(await check(http({ ...probe, bodyIncludes: "DOWN" }), server.port)).toEqual(
      new ProbeError('body "{\\"status\\":\\"UP\\"}"'),
    );
  });

  test("is not healthy where the body breaks off", async () => {
    await using server = await httpServer((_request, response) => {
      response.writeHead(200, { "content-length": "100" }).write("half");
      setImmediate(() => response.socket?.destroy());
    });

    expect(await check(http({ port: containerPort, bodyIncludes: "whole" }), server.port)).toBeInstanceOf(Error);
  });

  test("does not read on where the body has said what it asks for", async () => {
    await using server = await httpServer((_request, response) =>
      response.writeHead(200).write("up, and more to come"),
    );

    expect(await check(http({ port: containerPort, bodyIncludes: "up" }), server.port)).toBeUndefined();
  });

  test("does not wait for a body that it does not ask for", async () => {
    await using server = await httpServer((_request, response) => response.writeHead(200).write("more to come"));

    expect(await check(http({ port: containerPort }), server.port)).toBeUndefined();
  });

  test("is not healthy where something else is spoken", async () => {
    await using server = await tcpServer((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n"));

    expect(await check(http({ port: containerPort }), server.port)).toBeInstanceOf(ProbeError);
  });

  test("over TLS accepts a certificate that nobody trusts only when it is told to", async () => {
    await using server = await httpsServer((_request, response) => response.end("hello"));
    const probe = { port: containerPort, tls: true };

    expect(await check(http({ ...probe, allowInvalidCertificate: true }), server.port)).toBeUndefined();
    expect(await check(http(probe), server.port)).toMatchObject({
      code: "CLEANROOM_PROBE_FAILED",
      message: expect.stringContaining("self-signed certificate") as string,
    });
  });
});

describe("postgres", () => {
  const probe: Probe = { kind: "postgres", port: containerPort };

  function errorResponse(code: string, message: string): Buffer {
    const fields = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
    const header = Buffer.alloc(5, "E");
    header.writeInt32BE(fields.length + 4, 1);
    return Buffer.concat([header, fields]);
  }

  test("is healthy where a password is asked for, after a greeting as the protocol has it", async () => {
    const { promise: greeting, resolve } = Promise.withResolvers<Buffer>();
    await using server = await tcpServer((socket) => {
      socket.once("data", (data: Buffer) => {
        resolve(data);
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      });
    });

    expect(await check(probe, server.port)).toBeUndefined();
    const sent = await greeting;
    expect([sent.readInt32BE(0), sent.readInt32BE(4)]).toEqual([sent.length, 196_608]);
    expect(sent.subarray(8).toString()).toBe("user\0cleanroom\0database\0postgres\0\0");
  });

  test.for([
    ["28000", 'role "cleanroom" does not exist'],
    ["28P01", "password authentication failed"],
    ["3D000", 'database "postgres" does not exist'],
  ] as const)("is healthy where a stranger is turned away with %s", async ([code, message]) => {
    await using server = await tcpServer((socket) => socket.end(errorResponse(code, message)));

    expect(await check(probe, server.port)).toBeUndefined();
  });

  test.for([
    ["57P03", "the database system is starting up"],
    ["57P03", "the database system is shutting down"],
    ["53300", "sorry, too many clients already"],
  ] as const)("is not healthy with %s: %s", async ([code, message]) => {
    await using server = await tcpServer((socket) => socket.end(errorResponse(code, message)));

    expect(await check(probe, server.port)).toEqual(new ProbeError(message));
  });

  test("is not healthy where something else is spoken", async () => {
    await using server = await tcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));

    expect(await check(probe, server.port)).toEqual(new ProbeError("an answer that is not PostgreSQL's"));
  });
});

describe("redis", () => {
  const probe: Probe = { kind: "redis", port: containerPort };

  test.for(["+PONG\r\n", "-NOAUTH Authentication required.\r\n"])("is healthy with %j", async (answer) => {
    const { promise: asked, resolve } = Promise.withResolvers<string>();
    await using server = await tcpServer((socket) => {
      socket.once("data", (data: Buffer) => {
        resolve(data.toString());
        socket.end(answer);
      });
    });

    expect(await check(probe, server.port)).toBeUndefined();
    expect(await asked).toBe("*1\r\n$4\r\nPING\r\n");
  });

  test.for(["-LOADING Redis is loading the dataset in memory", "-MASTERDOWN Link with MASTER is down", "HTTP/1.1 400"])(
    "is not healthy with %j",
    async (answer) => {
      await using server = await tcpServer((socket) => socket.end(`${answer}\r\n`));

      expect(await check(probe, server.port)).toEqual(new ProbeError(answer));
    },
  );
});
