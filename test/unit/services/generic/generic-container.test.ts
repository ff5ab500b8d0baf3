import { describe, expect, test } from "vitest";
import type { ServiceConnection } from "../../../../src/index.ts";
import { ConfigurationError, UnsupportedError } from "../../../../src/index.ts";
import { GenericContainer } from "../../../../src/services/generic/generic-container.ts";

const connection: ServiceConnection = {
  name: "web",
  id: "1",
  image: "app:1",
  key: "k",
  host: "127.0.0.1",
  ports: { "53/udp": 49_152, "8080/tcp": 49_153, "81/tcp": 49_154 },
  details: {},
};

function handle(differences: Partial<ServiceConnection> = {}) {
  const asked: unknown[] = [];
  const made = new GenericContainer(
    { ...connection, ...differences },
    {
      state: () => "running",
      exec: (...call) => {
        asked.push(call);
        return Promise.resolve({ exitCode: 3, stdout: "", stderr: "" });
      },
      logs: (...call) => {
        asked.push(call);
        return Promise.resolve("lines");
      },
      takePart: () => Promise.resolve("part"),
      givePart: () => Promise.resolve(),
      stats: () => Promise.resolve({ memoryBytes: 1, cpuTimeMs: 2, pids: 3 }),
      monitor: () => {
        throw new Error("nobody looks");
      },
    },
  );
  return { web: made, asked };
}

describe("a handle", () => {
  test("says where it answers: its first TCP port, or the one that is asked for", () => {
    const { web } = handle();

    expect([web.url, web.port(), web.port(81), web.port(53, "udp")]).toEqual([
      "http://127.0.0.1:49153",
      49_153,
      49_154,
      49_152,
    ]);
  });

  test("says where other containers reach it", () => {
    const { web } = handle({ networkAlias: "web" });

    expect([web.networkHost, web.networkUrl]).toEqual(["web", "http://web:8080"]);
  });

  test("that no other container reaches says how to change that", () => {
    const { web } = handle();

    expect(() => web.networkUrl).toThrow(
      new UnsupportedError(
        "web is on no network that other containers share. Set `network: true` in its options, or let a service of the " +
          "configuration depend on it.",
      ),
    );
  });

  test("tells of a port that it does not publish", () => {
    expect(() => handle().web.port(53)).toThrow(
      "web is not valid:\n  ports: port 53/tcp is not published (published: 53/udp, 8080/tcp, 81/tcp); add it to `ports`",
    );
    expect(() => handle({ ports: {} }).web.url).toThrow(ConfigurationError);
    expect(() => handle({ ports: {} }).web.url).toThrow(
      "web is not valid:\n  ports: publishes no TCP port; add one to `ports`",
    );
  });

  test("runs commands, whose exit code is a result", async () => {
    const { web, asked } = handle();
    const { signal } = new AbortController();

    expect(await web.exec(["ls", "-l"], { user: "app", signal })).toMatchObject({ exitCode: 3 });
    expect(asked).toEqual([[["ls", "-l"], { user: "app" }, signal]]);
  });

  test("reads its last hundred log lines, or as many as are asked for", async () => {
    const { web, asked } = handle();

    expect([await web.logs(), await web.logs({ tailLines: 5 })]).toEqual(["lines", "lines"]);
    expect(asked).toEqual([
      [100, undefined],
      [5, undefined],
    ]);
  });
});
