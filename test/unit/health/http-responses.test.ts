import type { RequestListener } from "node:http";
import { describe, expect, test } from "vitest";
import { checkProbe } from "../../../src/health/check-probe.ts";
import { systemClock } from "../../../src/time/system-clock.ts";
import type { HttpProbeOptions } from "../../../src/index.ts";
import { http, ProbeError } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { httpServer, targetAt } from "../support/servers.ts";

const port = 8080;

/** What a probe sees of a server that does this with each request: nothing when it is healthy. */
async function see(onRequest: RequestListener, options: Omit<HttpProbeOptions, "port">): Promise<unknown> {
  await using server = await httpServer(onRequest);
  const { signal } = new AbortController();
  return await outcomeOf(checkProbe(http({ ...options, port }), targetAt(server.port), systemClock, signal));
}

function saying(body: string, headers: Record<string, string> = {}): RequestListener {
  return (_request, response) => response.writeHead(200, headers).end(body);
}

/** Sends each path in `places` on to another, and answers 200 elsewhere; notes what it was asked. */
function redirecting(status: number, places: Readonly<Record<string, string>>, asked: string[] = []): RequestListener {
  return ({ method = "", url = "" }, response) => {
    asked.push(`${method} ${url}`);
    const location = places[url];
    response.writeHead(location === undefined ? 200 : status, location === undefined ? {} : { location }).end();
  };
}

describe("a pattern for the body", () => {
  test.for([
    [/^ok$/m, "all\nok\n"],
    [/STATUS: (up|ready)/i, "status: ready"],
    [/^$/, ""],
  ] as const)("%o fits %j", async ([bodyMatches, body]) => {
    expect(await see(saying(body), { bodyMatches })).toBeUndefined();
  });

  test("that does not fit is told with the body", async () => {
    expect(await see(saying("not ok"), { bodyMatches: /^ok/ })).toEqual(new ProbeError('body "not ok"'));
  });

  test("is matched against the whole of it, not what came first", async () => {
    const inPieces: RequestListener = (_request, response) => {
      response.write("ok");
      setImmediate(() => response.end("ay"));
    };

    expect(await see(inPieces, { bodyMatches: /^ok$/ })).toEqual(new ProbeError('body "okay"'));
  });

  test("is asked for as well as a text", async () => {
    expect(await see(saying("up: 3"), { bodyMatches: /\d/, bodyIncludes: "up" })).toBeUndefined();
    expect(await see(saying("down: 3"), { bodyMatches: /\d/, bodyIncludes: "up" })).toBeInstanceOf(ProbeError);
  });

  test("gives the same answer again and again, although a global one has a memory", async () => {
    await using server = await httpServer(saying("ok"));
    const probe = http({ port, bodyMatches: /ok/g });
    const { signal } = new AbortController();

    for (let attempts = 0; attempts < 3; attempts += 1) {
      await checkProbe(probe, targetAt(server.port), systemClock, signal);
    }
  });

  test("that takes too long for a body is ended, and holds up nothing for good", async () => {
    const waiting = see(saying(`${"a".repeat(40)}!`), { bodyMatches: /^(a+)+$/ });

    expect(await waiting).toEqual(new ProbeError("the pattern was not matched with the body within 1000 ms"));
    expect(await see(saying("aaa"), { bodyMatches: /^(a+)+$/ })).toBeUndefined();
  });

  test("is plain data", () => {
    expect(JSON.parse(JSON.stringify(http({ port, bodyMatches: /ok/i })))).toEqual({
      kind: "http",
      port,
      bodyMatches: { source: "ok", flags: "i" },
    });
  });

  test("is not looked for in a body without an end", async () => {
    const endless: RequestListener = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    };

    expect(await see(endless, { bodyMatches: /y/ })).toEqual(new ProbeError("a body of more than a MiB"));
  });
});

test("a function decides on the status", async () => {
  const unavailable: RequestListener = (_request, response) => response.writeHead(503).end();

  expect(await see(unavailable, { status: (status) => status >= 500 })).toBeUndefined();
  expect(await see(unavailable, { status: (status) => status < 500 })).toEqual(new ProbeError("status 503"));
});

describe("headers", () => {
  const json = saying("{}", { "Content-Type": "application/json; charset=utf-8" });

  test("are looked up whatever the case of their names", async () => {
    expect(await see(json, { headersInclude: { "content-TYPE": "json" } })).toBeUndefined();
  });

  test("that say something else, or are not there, are told", async () => {
    expect(await see(json, { headersInclude: { "content-type": "text/html" } })).toEqual(
      new ProbeError('header content-type "application/json; charset=utf-8"'),
    );
    expect(await see(json, { headersInclude: { "x-ready": "1" } })).toEqual(new ProbeError('header x-ready ""'));
  });
});

describe("a redirect", () => {
  test("is an answer like any other unless it is said what it is", async () => {
    const asked: string[] = [];

    expect(await see(redirecting(302, { "/": "/login" }, asked), {})).toBeUndefined();
    expect(await see(redirecting(302, { "/": "/login" }), { status: 200 })).toEqual(new ProbeError("status 302"));
    expect(asked).toEqual(["GET /"]);
  });

  test("may be a failure, whatever the status asked for", async () => {
    expect(await see(redirecting(302, { "/": "/login" }), { redirect: "reject", status: 302 })).toEqual(
      new ProbeError("status 302, a redirect to /login"),
    );
    expect(await see(redirecting(302, {}), { redirect: "reject" })).toBeUndefined();
  });

  test.for([301, 302, 303, 307, 308])("with status %i is followed to where it leads", async (status) => {
    const asked: string[] = [];
    const places = { "/a?x=1": "b/c?y=2", "/b/c?y=2": "/d" };

    expect(await see(redirecting(status, places, asked), { path: "/a?x=1", redirect: "follow" })).toBeUndefined();
    expect(asked).toEqual(["GET /a?x=1", "GET /b/c?y=2", "GET /d"]);
  });

  test("that is followed is judged by what is found there", async () => {
    const broken: RequestListener = ({ url }, response) => {
      response.writeHead(url === "/" ? 302 : 500, { location: "/broken" }).end();
    };

    expect(await see(broken, { redirect: "follow" })).toEqual(new ProbeError("status 500"));
  });

  test.for([
    [301, "POST", "GET"],
    [302, "POST", "GET"],
    [302, "PUT", "PUT"],
    [303, "PUT", "GET"],
    [303, "HEAD", "HEAD"],
    [307, "POST", "POST"],
    [308, "POST", "POST"],
  ] as const)("with status %i turns %s into %s", async ([status, method, then]) => {
    const asked: string[] = [];

    await see(redirecting(status, { "/": "/next" }, asked), { redirect: "follow", method });

    expect(asked).toEqual([`${method} /`, `${then} /next`]);
  });

  test("that leads elsewhere is not followed: nothing there belongs to the container", async () => {
    const location = "http://203.0.113.1/";

    expect(await see(redirecting(302, { "/": location }), { redirect: "follow" })).toEqual(
      new ProbeError(`status 302, a redirect to ${location}, which is not on this port`),
    );
    expect(await see(redirecting(302, { "/": "http://:" }), { redirect: "follow" })).toEqual(
      new ProbeError("status 302, a redirect to http://:, which is not on this port"),
    );
  });

  test("is followed to an address in full on the same port", async () => {
    const asked: string[] = [];
    const onward: RequestListener = ({ url = "", headers }, response) => {
      asked.push(url);
      response.writeHead(url === "/" ? 302 : 200, { location: `http://${headers.host ?? ""}/full` }).end();
    };

    expect(await see(onward, { redirect: "follow" })).toBeUndefined();
    expect(asked).toEqual(["/", "/full"]);
  });

  test("in a circle comes to an end", async () => {
    const asked: string[] = [];

    expect(await see(redirecting(302, { "/": "/" }, asked), { redirect: "follow" })).toEqual(
      new ProbeError("more than 10 redirects"),
    );
    expect(asked).toHaveLength(11);
  });
});
