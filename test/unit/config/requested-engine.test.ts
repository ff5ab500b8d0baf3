import { createHash } from "node:crypto";
import { describe, expect, test, vi } from "vitest";
import { readEnvironmentVariables, withDockerHost } from "../../../src/config/environment-variables.ts";
import { requestedEngine } from "../../../src/config/requested-engine.ts";
import { EngineUnavailableError, LifecycleError } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { directoryWith } from "../support/plans.ts";

/** Where Docker keeps what it knows of a context. */
function contextFile(name: string): string {
  return `contexts/meta/${createHash("sha256").update(name).digest("hex")}/meta.json`;
}

function contextOf(endpoint: string): string {
  return JSON.stringify({ Name: "any", Endpoints: { docker: { Host: endpoint } } });
}

const files = {
  "config.json": JSON.stringify({ currentContext: "remote" }),
  [contextFile("remote")]: contextOf("tcp://remote:2375"),
  [contextFile("rootless")]: contextOf("unix:///run/user/1000/docker.sock"),
};

describe("the engine that was asked for", () => {
  test("is that of DOCKER_HOST, before any context", async () => {
    await using directory = await directoryWith(files);

    expect(
      await requestedEngine({
        dockerHost: "tcp://10.0.0.1:2375",
        dockerContext: "rootless",
        dockerConfigDirectory: directory.path,
      }),
    ).toEqual({ endpoint: "tcp://10.0.0.1:2375", origin: "DOCKER_HOST" });
  });

  test("is that of DOCKER_CONTEXT, before the current context", async () => {
    await using directory = await directoryWith(files);

    expect(await requestedEngine({ dockerContext: "rootless", dockerConfigDirectory: directory.path })).toEqual({
      endpoint: "unix:///run/user/1000/docker.sock",
      origin: "DOCKER_CONTEXT=rootless",
    });
  });

  test("is that of the current context, when nothing else is said", async () => {
    await using directory = await directoryWith(files);

    expect(await requestedEngine({ dockerConfigDirectory: directory.path })).toEqual({
      endpoint: "tcp://remote:2375",
      origin: "the Docker context remote",
    });
  });

  test("is none when nothing is said, or the default is", async () => {
    await using empty = await directoryWith({});
    await using plain = await directoryWith({ "config.json": "{}" });
    await using named = await directoryWith({ "config.json": JSON.stringify({ currentContext: "default" }) });
    await using directory = await directoryWith(files);

    for (const { path } of [empty, plain, named]) {
      expect(await requestedEngine({ dockerConfigDirectory: path })).toBeUndefined();
    }
    expect(await requestedEngine({ dockerContext: "default", dockerConfigDirectory: directory.path })).toBeUndefined();
  });

  test("in a context that does not exist is told: another is never used in its place", async () => {
    await using directory = await directoryWith(files);
    const reason = `${directory.path} has no such context`;

    expect(await outcomeOf(requestedEngine({ dockerContext: "gone", dockerConfigDirectory: directory.path }))).toEqual(
      new EngineUnavailableError({ endpoint: "context gone", origin: "DOCKER_CONTEXT=gone", reason }),
    );
  });
});

describe("environment variables", () => {
  test("are read as they are now, and an empty one counts as absent", () => {
    vi.stubEnv("DOCKER_HOST", "tcp://a:1");
    vi.stubEnv("DOCKER_CONTEXT", "");
    vi.stubEnv("DOCKER_CONFIG", undefined);
    try {
      expect(readEnvironmentVariables()).toMatchObject({
        dockerHost: "tcp://a:1",
        dockerContext: undefined,
        dockerConfigDirectory: undefined,
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test.for([undefined, "tcp://before:1"])("DOCKER_HOST is set while work runs, and %s afterwards", async (before) => {
    vi.stubEnv("DOCKER_HOST", before);
    const failure = new LifecycleError("broken");
    try {
      expect(await withDockerHost("tcp://during:1", () => Promise.resolve(process.env["DOCKER_HOST"]))).toBe(
        "tcp://during:1",
      );
      await expect(withDockerHost("tcp://during:1", () => Promise.reject(failure))).rejects.toBe(failure);
      expect(process.env["DOCKER_HOST"]).toBe(before);
      expect(await withDockerHost(undefined, () => Promise.resolve(process.env["DOCKER_HOST"]))).toBe(before);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("DOCKER_HOST is set for one at a time, and as it was after the last", async () => {
    vi.stubEnv("DOCKER_HOST", undefined);
    const first = Promise.withResolvers<undefined>();
    const read = (): Promise<string | undefined> => Promise.resolve(process.env["DOCKER_HOST"]);
    try {
      const runs = [
        withDockerHost("tcp://first:1", () => first.promise.then(read)),
        withDockerHost("tcp://second:1", read),
        withDockerHost(undefined, read),
      ];
      first.resolve(undefined);

      expect(await Promise.all(runs)).toEqual(["tcp://first:1", "tcp://second:1", undefined]);
      expect(process.env["DOCKER_HOST"]).toBeUndefined();
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

test("a Docker configuration that is not JSON is named", async () => {
  await using directory = await directoryWith({ "config.json": "{" });
  const error = await outcomeOf(requestedEngine({ dockerConfigDirectory: directory.path }));
  expect(error).toMatchObject({
    code: "CLEANROOM_CONFIGURATION",
    details: { origin: expect.stringMatching(/config\.json$/) as string },
  });
});
