import type Dockerode from "dockerode";
import type { ContainerCreateOptions } from "dockerode";
import { describe, expect, test, vi } from "vitest";
import { adoptContainer } from "../../../../src/backend/testcontainers/adopt-container.ts";
import { outcomeOf, turns } from "../../support/outcome.ts";

const request = { containerName: "cleanroom-kafka-1", labels: { owner: "us" }, networkAliases: ["kafka"], env: {} };

/** What Testcontainers asks its client for. */
const theirs: ContainerCreateOptions = {
  name: "theirs",
  Image: "kafka:8",
  Labels: { "org.testcontainers": "true", "org.testcontainers.session-id": "1" },
  HostConfig: { PortBindings: { "9092/tcp": [{ HostPort: "0" }], "1/udp": [{ HostIp: "0.0.0.0", HostPort: "1" }] } },
};

/** The client that Testcontainers uses; it notes what it is asked for. */
function clientOf(create = (): Promise<void> => Promise.resolve()) {
  const bodies: ContainerCreateOptions[] = [];
  const removals: string[] = [];
  const createContainer = async (body: ContainerCreateOptions): Promise<object> => {
    bodies.push(body);
    await create();
    const remove = async (): Promise<void> => void removals.push("remove");
    return { id: "id-1", start: () => Promise.resolve(), stop: remove, remove };
  };
  const dockerode = { createContainer } as unknown as Dockerode;
  const runtime = { host: "172.17.0.1", hostIps: [{ address: "172.17.0.1", family: 4 }] };
  const engine = { hostAddress: "127.0.0.1", publishAddress: "127.0.0.1" };
  return { dockerode, bodies, removals, runtime, engine };
}

type Client = ReturnType<typeof clientOf>;

/** A builder that makes its container as Testcontainers does. */
function builderOn({ dockerode }: Client, wait = (): Promise<void> => Promise.resolve()) {
  return {
    start: async (): Promise<string> => {
      await turns(2);
      const container = await dockerode.createContainer(theirs);
      await container.start();
      try {
        await wait();
      } catch (error) {
        await container.stop();
        await container.remove({ v: true });
        throw error;
      }
      return "started";
    },
  };
}

describe("a container that a builder makes", () => {
  test("is ours from its creation: name, labels, address; its reaper has no hold on it", async () => {
    const client = clientOf();
    const withAutoCleanup = vi.fn();
    const builder = { ...builderOn(client), withAutoCleanup };

    const adoption = adoptContainer(client, request, builder, undefined);

    expect(await adoption.created).toEqual({ id: "id-1", image: "kafka:8" });
    await adoption.started;
    expect(await adoption.ready).toBe("started");
    expect(client.bodies).toEqual([
      {
        name: "cleanroom-kafka-1",
        Image: "kafka:8",
        Env: [],
        Labels: { "org.testcontainers": "true", owner: "us" },
        HostConfig: {
          PortBindings: {
            "9092/tcp": [{ HostIp: "127.0.0.1", HostPort: "0" }],
            "1/udp": [{ HostIp: "0.0.0.0", HostPort: "1" }],
          },
        },
      },
    ]);
    expect(withAutoCleanup).toHaveBeenCalledExactlyOnceWith(false);
  });

  test("joins the environment's network, unless it has another one", async () => {
    const client = clientOf();
    const networked = { ...request, networkName: "cleanroom-net" };

    await adoptContainer(client, networked, builderOn(client), undefined).ready;
    expect(client.bodies[0]).toMatchObject({
      HostConfig: { NetworkMode: "cleanroom-net" },
      NetworkingConfig: { EndpointsConfig: { "cleanroom-net": { Aliases: ["kafka"] } } },
    });

    const { created } = adoptContainer(
      client,
      networked,
      { start: () => client.dockerode.createContainer({ HostConfig: { NetworkMode: "host" } }) },
      undefined,
    );
    expect(String(await outcomeOf(created))).toContain("The module puts its container on the network host");
  });

  test("is looked for where it is published, and only it", async () => {
    const client = clientOf();
    const seen: unknown[] = [];
    const look = async (): Promise<void> => void seen.push(client.runtime.host, client.runtime.hostIps);

    await adoptContainer(client, request, builderOn(client, look), undefined).ready;

    expect(seen).toEqual(["127.0.0.1", [{ address: "127.0.0.1", family: 4 }]]);
    expect([client.runtime.host, client.runtime.hostIps[0]?.address]).toEqual(["172.17.0.1", "172.17.0.1"]);
  });

  test("is left alone when it is not ready: its logs are needed, and removing it is ours", async () => {
    const client = clientOf();
    const failure = new Error("not ready");

    const { created, started, ready } = adoptContainer(
      client,
      request,
      builderOn(client, () => Promise.reject(failure)),
      undefined,
    );

    await Promise.all([created, started]);
    expect(await outcomeOf(ready)).toBe(failure);
    expect(client.removals).toEqual([]);
  });

  test("is the only one changed: what others make meanwhile with the same client stays theirs", async () => {
    const client = clientOf();
    const hold = Promise.withResolvers<void>();
    const { created, ready } = adoptContainer(
      client,
      request,
      builderOn(client, () => hold.promise),
      undefined,
    );
    await created;

    await client.dockerode.createContainer(theirs);
    hold.resolve();
    await ready;

    expect(client.bodies.map(({ name }) => name)).toEqual(["cleanroom-kafka-1", "theirs"]);
    expect(client.bodies[1]).toBe(theirs);
  });
});

describe("a builder that cannot be adopted is refused", () => {
  test("because it makes a second container", async () => {
    const client = clientOf();
    const builder = {
      start: async () => {
        await client.dockerode.createContainer(theirs);
        await client.dockerode.createContainer(theirs);
      },
    };

    const { ready } = adoptContainer(client, request, builder, undefined);

    expect(String(await outcomeOf(ready))).toContain("The module makes more than one container");
    expect(client.bodies).toHaveLength(1);
  });

  test("because it makes none by this Testcontainers, and what it made is stopped", async () => {
    const client = clientOf();
    const stop = vi.fn(() => Promise.resolve());

    const { created, ready } = adoptContainer(client, request, { start: async () => ({ stop }) }, undefined);

    expect(await outcomeOf(created)).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
    expect(String(await outcomeOf(ready))).toContain("npm ls testcontainers");
    expect(stop).toHaveBeenCalledTimes(1);
  });

  test("because Testcontainers would reuse a container of its own", async () => {
    const client = clientOf();
    const start = vi.fn();

    const { created } = adoptContainer(client, request, { start, reuse: true } as never, undefined);

    expect(String(await outcomeOf(created))).toContain("Leave out `withReuse()`");
    expect(start).not.toHaveBeenCalled();
  });
});

describe("failures and aborts", () => {
  test("what fails before there is a container is the engine's refusal", async () => {
    const missing = Object.assign(new Error("(HTTP code 404) no such container - No such image: kafka:8"), {
      statusCode: 404,
    });
    const refused = clientOf(() => Promise.reject(missing));
    const theirOwn = new Error('Image "kafka:8" does not exist locally and pull policy is "never"');

    const first = adoptContainer(refused, request, builderOn(refused), undefined);
    const second = adoptContainer(clientOf(), request, { start: () => Promise.reject(theirOwn) }, undefined);

    expect(await outcomeOf(first.created)).toMatchObject({ details: { refusal: "image-not-found" }, cause: missing });
    expect(await outcomeOf(second.created)).toMatchObject({ details: { reason: theirOwn.message }, cause: theirOwn });
  });

  test("an abort before the creation ends the wait at once, and none is made afterwards", async () => {
    const client = clientOf();
    const abort = new AbortController();
    const { created, ready } = adoptContainer(client, request, builderOn(client), abort.signal);

    abort.abort("enough");

    expect(await outcomeOf(created)).toBe("enough");
    expect(await outcomeOf(ready)).toBe("enough");
    expect(client.bodies).toEqual([]);
  });

  test("an abort during the creation waits for the engine, so that what it made can be removed", async () => {
    const engine = Promise.withResolvers<void>();
    const client = clientOf(() => engine.promise);
    const abort = new AbortController();
    const { created } = adoptContainer(client, request, builderOn(client), abort.signal);
    await vi.waitFor(() => {
      expect(client.bodies).toHaveLength(1);
    });

    abort.abort("enough");
    let isSettled = false;
    void outcomeOf(created).then(() => (isSettled = true));
    await turns();
    expect(isSettled).toBe(false);

    engine.resolve();
    expect(await outcomeOf(created)).toBe("enough");
  });
});
