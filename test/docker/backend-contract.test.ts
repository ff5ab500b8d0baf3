import { once } from "node:events";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ContainerBackend } from "../../src/backend/container-backend.ts";
import { connectEngine } from "../../src/environment/connect-engine.ts";
import { backendContract } from "../../src/testing/backend-contract.ts";
import type { ContractContext } from "../../src/testing/contract/fact.ts";
import { systemClock } from "../../src/time/system-clock.ts";

let backend: ContainerBackend;

beforeAll(async () => {
  backend = await connectEngine(undefined, systemClock);
});

afterAll(async () => {
  await backend[Symbol.asyncDispose]();
});

test.for(backendContract.map((fact) => [fact.name, fact] as const))("%s", async ([, fact]) => {
  await expect(fact.run(contextOf(backend))).resolves.toBeUndefined();
});

function contextOf(docker: ContainerBackend): ContractContext {
  return {
    backend: docker,
    serviceImage: "cleanroom-test/service:1",
    absentImage: "127.0.0.1:1/cleanroom-test/absent:1", // A registry that nobody runs.
    otherAddress: otherAddress(),
    canConnect,
  };
}

/** An IPv4 address of this machine under which it could be reached from elsewhere. */
function otherAddress(): string | undefined {
  const addresses = Object.values(networkInterfaces()).flatMap((addressesOfOne) => addressesOfOne ?? []);
  return addresses.find(({ family, internal }) => family === "IPv4" && !internal)?.address;
}

/** Docker publishes a port a moment before the program in the container listens, so one refusal proves nothing. */
async function canConnect(host: string, port: number): Promise<boolean> {
  for (let attempts = 0; attempts < 20; attempts += 1) {
    if (await connects(host, port)) return true;
    await setTimeout(25);
  }
  return false;
}

async function connects(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
