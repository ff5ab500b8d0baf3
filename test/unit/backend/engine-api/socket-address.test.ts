import { expect, test } from "vitest";
import { socketAddress, type SocketAddress } from "../../../../src/backend/engine-api/socket-address.ts";
import { EngineUnavailableError, UnsupportedError } from "../../../../src/index.ts";
import { outcomeOf } from "../../support/outcome.ts";

const origin = "DOCKER_HOST";

test.for<readonly [string, SocketAddress]>([
  ["unix:///var/run/docker.sock", { path: "/var/run/docker.sock" }],
  ["unix:///Users/My Name/d.sock", { path: "/Users/My Name/d.sock" }],
  ["unix:///a%20b/100%.sock", { path: "/a%20b/100%.sock" }],
  ["npipe:////./pipe/docker_engine", { path: "//./pipe/docker_engine" }],
  ["tcp://10.0.0.1:2376", { host: "10.0.0.1", port: 2376 }],
  ["tcp://docker", { host: "docker", port: 2375 }],
  ["http://localhost:1", { host: "localhost", port: 1 }],
])("%s is an address", ([endpoint, address]) => {
  expect(socketAddress({ endpoint, origin })).toEqual(address);
});

test.for(["/var/run/docker.sock", "localhost:2375", "docker", "tcp://host:99999"])("%s is none", async (endpoint) => {
  const error = await outcomeOf(Promise.try(() => socketAddress({ endpoint, origin })));

  expect(error).toBeInstanceOf(EngineUnavailableError);
  expect((error as Error).message).toBe(
    `No container engine answers at ${endpoint} (from DOCKER_HOST): ` +
      "it is not an address such as unix:///var/run/docker.sock or tcp://host:2375.\n" +
      "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.",
  );
});

test("an address of another kind says what to do", async () => {
  const endpoint = "ssh://somebody@example.invalid";

  expect(await outcomeOf(Promise.try(() => socketAddress({ endpoint, origin })))).toEqual(
    new UnsupportedError(
      "Engines are reached by unix://, npipe:// or tcp:// addresses, not by ssh:// (ssh://somebody@example.invalid). " +
        "Forward its socket, for example with ssh -L, and set DOCKER_HOST to that.",
    ),
  );
});
