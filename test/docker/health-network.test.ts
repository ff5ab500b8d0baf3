import { connect } from "node:net";
import { describe, expect, vi } from "vitest";
import type { HealthError } from "../../src/index.ts";
import { container, http, tcp } from "../../src/index.ts";
import { attempt, test } from "../support/probing.ts";
import { failureOf, images } from "../support/workspace.ts";

/** Waits for a file before it listens, so a test decides when that is. */
const gated = container(images.service, {
  command: ["sh", "-c", "until [ -e /tmp/go ]; do sleep 0.02; done; exec service"],
  ports: [8080],
  health: false,
});

describe("a TCP probe", () => {
  test.for(["direct", "forwarded"] as const)(
    "is not fooled by the engine's proxy: %s",
    async (way, { workspace, probing }) => {
      const { services } = await workspace.start({ web: gated });
      const target = await probing.targetOf(services.web, way);
      const expected = way === "direct" ? "nothing listens on port 8080" : "the connection was closed";

      // The control: somebody accepts the connection on the published port, though nobody listens inside.
      expect(await acceptsConnections(services.web.port())).toBe(true);
      for (let attempts = 0; attempts < 5; attempts += 1) expect(await attempt(tcp(8080), target)).toBe(expected);

      await services.web.exec(["touch", "/tmp/go"]);
      await vi.waitUntil(async () => (await attempt(tcp(8080), target)) === "healthy", { timeout: 10_000 });
      expect(await (await fetch(services.web.url)).text()).toBe("hello");
    },
  );

  test("waits for the process, and succeeds once it listens", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { LISTEN_AFTER_MS: "700" } }),
    });

    // The first request gets its answer: nothing but the process itself can have been waited for.
    expect(await (await fetch(services.web.url)).text()).toBe("hello");
  });

  test("never succeeds on a published port that nothing listens on", async ({ workspace }) => {
    const starting = workspace.start({
      web: container(images.service, { ports: [8080, 9090], startTimeoutMs: 2_500 }),
    });

    const error = (await failureOf(starting)) as HealthError;
    expect(error.code).toBe("CLEANROOM_HEALTH_TIMEOUT");
    expect(error.details.probe).toBe("all of (tcp 8080, tcp 9090)");
    // At first the other port may not listen either. Which words it is depends on whether this process may reach containers past the engine's proxy.
    expect(error.details.lastResults.at(-1)).toMatch(/^(nothing listens on port 9090|the connection was closed)$/);
    expect(error.details.attempts).toBeGreaterThan(3);
  });

  test("can ask for an answer, and gets it from the process only", async ({ workspace, probing }) => {
    const { services } = await workspace.start({ web: gated });
    const send = "GET / HTTP/1.0\r\n\r\n";
    const asking = tcp(8080, { send, answerIncludes: "hello" });

    expect(await probing.see(asking, services.web)).toMatch(/^(the connection was closed|read ECONNRESET)$/); // By the engine's proxy.

    await services.web.exec(["touch", "/tmp/go"]);
    await vi.waitUntil(async () => (await probing.see(asking, services.web)) === "healthy", { timeout: 10_000 });
    expect(await probing.see(tcp(8080, { send, answerIncludes: "goodbye" }), services.web)).toMatch(/^answer "HTTP/);
  });
});

/** Whether anybody, be it the engine's proxy, takes a connection. */
async function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => {
      resolve(true);
      socket.destroy();
    });
    socket.once("error", () => {
      resolve(false);
    });
  });
}

describe("an HTTP probe", () => {
  test("waits for the status to turn from 503 to 200", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { READY_AFTER_MS: "500" },
        health: http({ port: 8080, path: "/ready" }),
      }),
    });

    expect((await fetch(`${services.web.url}/ready`)).status).toBe(200);
  });

  test("goes by what it is asked: another path is healthy while that one is not", async ({ workspace }) => {
    const { services } = await workspace.start({
      web: container(images.service, {
        ports: [8080],
        env: { READY_AFTER_MS: "600000" },
        health: http({ port: 8080, path: "/" }),
      }),
    });

    expect((await fetch(`${services.web.url}/ready`)).status).toBe(503);
  });

  test.for([
    [http({ port: 8080 }), "healthy"],
    [http({ port: 8080, path: "/nowhere" }), 'status 404 ("no such route")'],
    [http({ port: 8080, path: "/nowhere", status: 404 }), "healthy"],
    [http({ port: 8080, status: [201, 204] }), 'status 200 ("hello")'],
    [http({ port: 8080, bodyIncludes: "ell" }), "healthy"],
    [http({ port: 8080, bodyIncludes: "goodbye" }), 'body "hello"'],
    [http({ port: 8080, path: "/env/NAME", bodyIncludes: "value" }), "healthy"],
    [http({ port: 8080, bodyMatches: /^HEL+O$/i }), "healthy"],
    [http({ port: 8080, bodyMatches: /^hell$/ }), 'body "hello"'],
    [http({ port: 8080, headersInclude: { "content-type": "text/plain" } }), "healthy"],
    [http({ port: 8080, headersInclude: { "content-type": "json" } }), 'header content-type "text/plain"'],
    [http({ port: 8080, path: "/nowhere", status: (status) => status < 500 }), "healthy"],
  ] as const)("sees %o as %s", async ([probe, expected], { workspace, probing }) => {
    const { services } = await workspace.start({
      web: container(images.service, { ports: [8080], env: { NAME: "value" } }),
    });

    expect(await probing.see(probe, services.web)).toBe(expected);
  });

  test.for([
    ["accept", "healthy"],
    ["follow", "status 404"],
    ["reject", "status 302, a redirect to /nowhere"],
  ] as const)("does with a redirect as it is told: %s", async ([redirect, expected], { workspace, probing }) => {
    const { services } = await workspace.start({ web: redirecting });

    expect(await probing.see(http({ port: 8080, redirect }), services.web)).toBe(expected);
  });
});

/** Answers every request for / with a redirect to /nowhere, which is not there. */
const redirecting = container(images.service, {
  ports: [8080],
  stopGraceMs: 0,
  command: [
    "perl",
    "-MIO::Socket::INET",
    "-e",
    `$server = IO::Socket::INET->new(LocalPort => 8080, Listen => 8, ReuseAddr => 1);
    while ($client = $server->accept) {
      $request = <$client>;
      while (($line = <$client>) =~ /\\S/) {}
      $status = $request =~ m{^GET / } ? "302 Found\\r\\nLocation: /nowhere" : "404 Not Found";
      print $client "HTTP/1.0 $status\\r\\n\\r\\n";
      close $client;
    }`,
  ],
});
