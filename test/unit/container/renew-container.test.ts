import { describe, expect, test } from "vitest";
import { renewContainer } from "../../../src/container/renew-container.ts";
import type { ServiceConnection } from "../../../src/container/service-connection.ts";
import type { ServicePlan } from "../../../src/container/service-plan.ts";
import { startContainer } from "../../../src/container/start-container.ts";
import { LifecycleError } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { planWith } from "../support/specs.ts";
import { requestFor, runtimeOn } from "../support/starts.ts";

const never = new AbortController().signal;

/** A plan that can be renewed, and which connections were cleared. */
function renewable(clear: () => Promise<void> = () => Promise.resolve()): {
  readonly plan: ServicePlan;
  readonly cleared: ServiceConnection[];
} {
  const cleared: ServiceConnection[] = [];
  const noting = (connection: ServiceConnection): Promise<void> => {
    cleared.push(connection);
    return clear();
  };
  const prepare = (): Promise<Record<string, string>> => Promise.resolve({ prepared: "anew" });
  return { plan: planWith({ prepare, renewal: { fingerprint: null, clear: noting } }), cleared };
}

async function former(backend: FakeBackend): Promise<ServiceConnection> {
  const started = await startContainer(requestFor(planWith(), { key: "old" }), runtimeOn(backend), never);
  return started.connection;
}

describe("a container that is initialised anew", () => {
  test("is cleared, and then what the plan says", async () => {
    const backend = new FakeBackend();
    const connection = await former(backend);
    const { plan, cleared } = renewable();

    const renewed = await renewContainer(requestFor(plan), connection, runtimeOn(backend), never);

    expect(cleared).toEqual([connection]);
    expect(renewed?.connection).toEqual({ ...connection, key: "key", details: { prepared: "anew" } });
  });

  test("is reached where it is now: another may answer where it was", async () => {
    const backend = new FakeBackend();
    const connection = await former(backend);
    const { plan, cleared } = renewable();
    const elsewhere = { ...connection, ports: { "8080/tcp": 1 } };

    const renewed = await renewContainer(requestFor(plan), elsewhere, runtimeOn(backend), never);

    expect([cleared[0]?.ports, renewed?.connection.ports]).toEqual([connection.ports, connection.ports]);
  });

  test("is left alone when it has ended, or is gone", async () => {
    const backend = new FakeBackend();
    const connection = await former(backend);
    const { plan, cleared } = renewable();

    backend.containers[0]?.exit(1);
    expect(await renewContainer(requestFor(plan), connection, runtimeOn(backend), never)).toBeUndefined();
    await backend.remove(connection.id);
    expect(await renewContainer(requestFor(plan), connection, runtimeOn(backend), never)).toBeUndefined();

    expect(cleared).toEqual([]);
  });

  test("is none when not everything can be taken out of it, unless nobody wants it any more", async () => {
    const backend = new FakeBackend();
    const connection = await former(backend);
    const refuse = new LifecycleError("Somebody has made something.");
    const { plan } = renewable(() => Promise.reject(refuse));
    const reason = new Error("the test wants no more");

    expect(await renewContainer(requestFor(plan), connection, runtimeOn(backend), never)).toBeUndefined();
    const aborted = renewContainer(requestFor(plan), connection, runtimeOn(backend), AbortSignal.abort(reason));
    await expect(aborted).rejects.toBe(reason);
  });
});
