import assert from "node:assert/strict";
import type { BackendFact } from "./fact.ts";
import { assertRefused, created, givenNetwork, SERVICE_PORT, started, uniqueName } from "./given.ts";

const port = { containerPort: SERVICE_PORT, protocol: "tcp" } as const;
const key = `${SERVICE_PORT}/tcp`;

/** Facts about ports and networks. */
export const networkFacts: readonly BackendFact[] = [
  {
    name: "ports are published on 127.0.0.1, and nowhere else",
    run: async (context) => {
      const { backend, canConnect, otherAddress } = context;
      assert.equal(backend.engine.publishAddress, "127.0.0.1", "the contract is about an engine on this machine");
      await using container = await started(context, { ports: [port] });

      const hostPort = (await backend.inspect(container.id)).ports[key] ?? 0;

      assert.equal(await canConnect("127.0.0.1", hostPort), true);
      if (otherAddress !== undefined) assert.equal(await canConnect(otherAddress, hostPort), false);
    },
  },
  {
    name: "a port that names an address is published there",
    run: async (context) => {
      const { backend, canConnect, otherAddress } = context;
      await using container = await started(context, { ports: [{ ...port, hostAddress: "0.0.0.0" }] });

      const hostPort = (await backend.inspect(container.id)).ports[key] ?? 0;

      assert.equal(await canConnect(otherAddress ?? "127.0.0.1", hostPort), true);
    },
  },
  {
    name: "two containers with the same port get a host port each",
    run: async (context) => {
      const { backend } = context;
      await using first = await started(context, { ports: [port] });
      await using second = await started(context, { ports: [port] });

      const [one, other] = await Promise.all([backend.inspect(first.id), backend.inspect(second.id)]);

      assert.notEqual(one.ports[key], other.ports[key]);
    },
  },
  {
    name: "a host port that is taken is refused at the start",
    run: async (context) => {
      const { backend } = context;
      await using holder = await started(context, { ports: [port] });
      const { ports } = await backend.inspect(holder.id);
      await using other = await created(context, { ports: [{ ...port, hostPort: ports[key] ?? 0 }] });

      await assertRefused(backend.start(other.id), "port-in-use");

      assert.equal((await backend.inspect(other.id)).isRunning, false);
    },
  },
  {
    name: "a network that a container uses is not removed",
    run: async (context) => {
      const { backend } = context;
      await using network = await givenNetwork(backend);
      await using container = await started(context, { networkAliases: ["one"] }, network.name);

      await assert.rejects(backend.removeNetwork(network.name));

      assert.equal((await backend.inspect(container.id)).isRunning, true);
    },
  },
  {
    name: "removing a network that is gone, or never was, is a success",
    run: async ({ backend }) => {
      await using network = await givenNetwork(backend);

      await backend.removeNetwork(network.name);
      await backend.removeNetwork(network.name);
      await backend.removeNetwork(uniqueName());
    },
  },
];
