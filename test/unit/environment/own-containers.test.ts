import { describe, expect, test } from "vitest";
import type { ContainerIsolationOptions, EventMap, ServiceDefinition, SharedContainer } from "../../../src/index.ts";
import { CleanroomEnvironment, command, container } from "../../../src/index.ts";
import type { GenericContainer } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { gate, startOn } from "../support/environments.ts";
import { isSettled, outcomeOf, turns } from "../support/outcome.ts";
import { refusal } from "../support/starts.ts";

/** A service of which holders have containers of their own. */
function mailOf(isolation: ContainerIsolationOptions): ServiceDefinition<SharedContainer, GenericContainer> {
  return container("mail:1", { health: false, ports: [80], isolation });
}

/** Notes which containers it reset. */
function noted(): { readonly ids: string[]; readonly reset: (own: GenericContainer) => void } {
  const ids: string[] = [];
  return { ids, reset: ({ id }) => void ids.push(id) };
}

function idsIn(backend: FakeBackend): readonly string[] {
  return backend.containers.map(({ id }) => id);
}

describe("a container of one's own, of a service with a reset", () => {
  test("is the service's own for one holder after another, reset before each", async () => {
    const backend = new FakeBackend();
    const { ids, reset } = noted();
    await using environment = await startOn(backend, { mail: mailOf({ reset }) });
    const { mail } = environment.services;

    for (const _turn of [1, 2, 3]) {
      await using own = await mail.isolate();
      expect(own.id).toBe(mail.id);
      expect(own.port(80)).toBe(mail.port(80));
      expect(own.state).toBe("running");
    }

    expect(ids).toEqual([mail.id, mail.id, mail.id]);
    expect(backend.containers).toHaveLength(1);
  });

  test("is another for each who has one at the same time; a new one is not reset", async () => {
    const backend = new FakeBackend();
    const { ids, reset } = noted();
    await using environment = await startOn(backend, { mail: mailOf({ reset }) });
    const { mail } = environment.services;

    const owns = await Promise.all([mail.isolate(), mail.isolate(), mail.isolate()]);

    expect(new Set(owns.map(({ id }) => id)).size).toBe(3);
    expect(ids).toEqual([mail.id]);
    for (const own of owns) await own[Symbol.asyncDispose]();
    await using _again = await mail.isolate();
    expect(backend.containers).toHaveLength(3);
  });

  test("is another when the reset fails, which an event tells; what others share stays", async () => {
    const backend = new FakeBackend();
    const failed: EventMap["reset:failed"][] = [];
    const broken = new Set<string>();
    const reset = ({ id }: GenericContainer): void => {
      if (broken.has(id)) throw new Error("disk full");
    };
    await using environment = await startOn(
      backend,
      { mail: mailOf({ reset }) },
      { listeners: { "reset:failed": (event) => failed.push(event) } },
    );
    const { mail } = environment.services;
    broken.add(mail.id);
    let second: string;
    {
      await using own = await mail.isolate();
      second = own.id;
      expect(own.id).not.toBe(mail.id);
    }
    broken.add(second);
    await using own = await mail.isolate();
    await turns();

    expect([mail.id, second]).not.toContain(own.id);
    expect(idsIn(backend)).toEqual([mail.id, own.id]);
    expect(mail.state).toBe("running");
    expect(failed).toEqual([mail.id, second].map((id) => ({ name: "mail", id, reason: "disk full" })));
  });

  test("is another when the reset hangs, for no longer than it may", async () => {
    const backend = new FakeBackend();
    const reasons: string[] = [];
    await using environment = await startOn(
      backend,
      { mail: mailOf({ reset: () => new Promise(() => {}), resetTimeoutMs: 5 }) },
      { listeners: { "reset:failed": ({ reason }) => reasons.push(reason) } },
    );

    await using own = await environment.services.mail.isolate();

    expect(own.id).not.toBe(environment.services.mail.id);
    expect(reasons).toEqual([
      "Could not reset mail within 5 ms.\nRaise `isolation.resetTimeoutMs` if it only needs longer.",
    ]);
  });

  test("is not had when the reset can never succeed", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { mail: mailOf({ reset: command(["clear"]) }) });
    backend.failNext("exec", refusal("command-not-runnable", "no such program"));

    expect(await outcomeOf(environment.services.mail.isolate())).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        "The command `clear` cannot be run in the container: no such program\n" +
        "Name a program that the image has, or use no command.",
    });
    expect(backend.containers).toHaveLength(1);
  });

  test("is not had by who stops waiting for the reset, and by nobody after that", async () => {
    const backend = new FakeBackend();
    const reached = Promise.withResolvers<AbortSignal>();
    const reset = (_own: GenericContainer, signal: AbortSignal): Promise<void> => {
      reached.resolve(signal);
      return new Promise(() => {});
    };
    await using environment = await startOn(backend, { mail: mailOf({ reset }) });
    const { mail } = environment.services;
    const abort = new AbortController();
    const waiting = outcomeOf(mail.isolate({ signal: abort.signal }));
    const signal = await reached.promise;

    abort.abort(new Error("enough"));

    expect(await waiting).toEqual(new Error("enough"));
    expect(signal.aborted).toBe(true);
    await using own = await mail.isolate();
    expect(own.id).not.toBe(mail.id);
  });
});

describe("a container of one's own, of a service without a reset", () => {
  test("is a new one for every holder, removed after him; the next is started ahead", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { mail: mailOf({}) });
    const { mail } = environment.services;
    const first = await mail.isolate();
    await turns();
    const [, , ahead] = backend.containers;
    expect(idsIn(backend)).toEqual([mail.id, first.id, ahead?.id]);

    await first[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose](); // Which is in vain, and no failure.
    await using second = await mail.isolate();
    await turns();

    expect(second.id).toBe(ahead?.id);
    expect(idsIn(backend)).not.toContain(first.id);
    expect(backend.containers).toHaveLength(3);
    expect(mail.state).toBe("running");
  });

  test("is had though the one ahead cannot be started, or is still being started", async () => {
    const backend = new FakeBackend();
    const health = gate();
    const isolation = {};
    health.open();
    await using environment = await startOn(backend, {
      mail: container("mail:1", { health, isolation }),
    });
    const { mail } = environment.services;
    const first = await mail.isolate();
    await turns();
    backend.failNext("start", refusal("other", "no memory"));
    const second = await mail.isolate(); // The one that was ahead; the next fails.
    await turns();

    const third = await mail.isolate();

    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
  });

  test("is told of when it cannot be started, and the next one may have more luck", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { mail: mailOf({}) });
    const { mail } = environment.services;
    backend.failNext("start", refusal("other", "no memory"));

    expect(await outcomeOf(mail.isolate())).toMatchObject({ message: expect.stringContaining("no memory") as string });
    await using own = await mail.isolate();
    expect(own.state).toBe("running");
  });

  test("answers to a name of its own where containers reach each other", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, {
      mail: container("mail:1", { health: false, ports: [80], network: true, isolation: {} }),
    });

    await using own = await environment.services.mail.isolate();

    const made = backend.containers.find(({ id }) => id === own.id);
    expect(own.networkUrl).toBe(`http://${made?.name}:80`);
    expect(environment.services.mail.networkUrl).toBe("http://mail:80");
  });

  test("is not had by who stops waiting for its start, which then leaves nothing", async () => {
    const backend = new FakeBackend();
    await using environment = await startOn(backend, { mail: mailOf({}) });
    const letGo = backend.hang("start");
    const abort = new AbortController();
    const waiting = outcomeOf(environment.services.mail.isolate({ signal: abort.signal }));
    await backend.called("start", 2);

    abort.abort(new Error("enough"));

    expect(await waiting).toEqual(new Error("enough"));
    letGo();
    await turns();
    expect(backend.containers).toHaveLength(1);
  });

  test("is not waited for once the environment is cleaned up, and nothing is left", async () => {
    const backend = new FakeBackend();
    const environment = await startOn(backend, { mail: mailOf({}) });
    const { mail } = environment.services;
    const kept = await mail.isolate();
    await turns();
    await mail.isolate();
    const letGo = backend.hang("start");
    const waiting = outcomeOf(mail.isolate());
    await turns();
    expect(await isSettled(waiting)).toBe(false);

    const { errors } = await environment.cleanup();
    letGo();

    expect(errors).toEqual([]);
    expect(await waiting).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
    expect(backend.containers).toEqual([]);
    await kept[Symbol.asyncDispose]();
    expect(await outcomeOf(mail.isolate())).toMatchObject({ code: "CLEANROOM_LIFECYCLE" });
  });
});

test("a container without the option is shared by all", async () => {
  const backend = new FakeBackend();
  await using environment = await startOn(backend, { app: container("app:1", { health: false }) });
  const { app } = environment.services;

  const own = await app.isolate();
  await own[Symbol.asyncDispose]();

  expect(own).toBe(app);
  expect(own.state).toBe("running");
});

test("nothing can depend on a service of which there are several", async () => {
  const mail = mailOf({});
  const starting = CleanroomEnvironment.start(
    { services: { mail, app: container("app:1", { dependsOn: { mail } }) } },
    { backend: new FakeBackend() },
  );

  expect(await outcomeOf(starting)).toMatchObject({
    code: "CLEANROOM_CONFIGURATION",
    message:
      "app is not valid:\n  dependsOn.mail: `mail` has `isolation`, so that there are several containers of it; " +
      "describe another without, to depend on",
  });
});
