import { afterEach, describe, expect, test, vi } from "vitest";
import type { TestProject } from "vitest/node";
import {
  CleanroomEnvironment,
  ConfigurationError,
  defineConfig,
  EngineUnavailableError,
  LifecycleError,
} from "../../../../src/index.ts";
import setup from "../../../../src/integrations/vitest/global-setup.ts";
import { FakeBackend } from "../../../../src/testing/index.ts";
import { service, startOn } from "../../support/environments.ts";
import { outcomeOf } from "../../support/outcome.ts";
import { directoryWith } from "../../support/plans.ts";

const failure = new LifecycleError("broken");

afterEach(() => {
  expect(process.listeners("SIGHUP")).toEqual([]); // Given back whatever happens.
});

interface SetUp {
  readonly tearDown: () => Promise<void>;
  /** What the workers get as their environment variables. */
  readonly env: Readonly<Record<string, string>> | undefined;
}

/** Runs the setup of a project whose session has one service, on a fake engine. */
async function setUp(backend: FakeBackend, project: Partial<TestProject> = {}): Promise<SetUp> {
  await using directory = await directoryWith({ "cleanroom.config.ts": "" });
  vi.spyOn(CleanroomEnvironment, "open").mockImplementationOnce(() => startOn(backend, { web: service() }));
  const config = { root: directory.path, env: { OWN: "kept" } };
  const tearDown = await setup({
    viteConfig: { plugins: [] },
    config,
    import: () => Promise.resolve({ default: defineConfig({ services: {} }) }),
    provide: () => undefined,
    vitest: { cancelCurrentRun: () => Promise.resolve(), config: { watch: false } },
    ...project,
  } as unknown as TestProject);
  return { tearDown, env: config.env };
}

test("the workers get the session, the directory and what they had", async () => {
  const provided: unknown[] = [];
  const provide = (...args: readonly unknown[]): void => void provided.push(...args);

  const { env, tearDown } = await setUp(new FakeBackend(), { provide });

  const sessionId = expect.stringMatching(/./) as string;
  expect(provided).toEqual(["cleanroom", { rootDirectory: expect.stringMatching(/./) as string, sessionId }]);
  expect(env).toEqual({ OWN: "kept", CLEANROOM_SESSION: expect.stringMatching(/./) as string });
  expect(process.env["CLEANROOM_SESSION"]).toBeUndefined();
  await tearDown();
});

describe("when no session can be opened", () => {
  const provided: unknown[] = [];
  const provide = (...args: readonly unknown[]): void => void provided.push(...args);
  const open = async (error: Error): Promise<unknown> => {
    const opening = vi.spyOn(CleanroomEnvironment, "open").mockRejectedValueOnce(error);
    try {
      return await outcomeOf(setUp(new FakeBackend(), { provide }));
    } finally {
      opening.mockReset();
    }
  };

  test("the tests run all the same, in none", async () => {
    const reason = { endpoint: "unix:///nowhere", origin: "DOCKER_HOST", reason: "connect ENOENT" };
    const outcome = await open(new EngineUnavailableError(reason));
    expect(outcome).toMatchObject({ env: { OWN: "kept" } });
    expect(provided).toEqual([
      "cleanroom",
      { rootDirectory: expect.stringMatching(/./) as string, sessionId: undefined },
    ]);
    await (outcome as SetUp).tearDown();
  });

  test("for any other reason, such as the configuration, no test runs", async () => {
    const invalid = new ConfigurationError({ origin: "web", problems: [] });
    expect(await open(invalid)).toBe(invalid);
    expect(await open(failure)).toBe(failure);
  });
});

test("a session that the workers cannot be told of is ended", async () => {
  const backend = new FakeBackend();
  const provide = (): void => {
    throw failure;
  };

  expect(await outcomeOf(setUp(backend, { provide }))).toBe(failure);
  expect(backend.methods).toContain("remove");
});

test("the teardown waits for the session's end", async () => {
  const backend = new FakeBackend();
  const { tearDown } = await setUp(backend);

  await tearDown();
  expect(backend.methods.at(-1)).toBe("remove");
});

test("a first Ctrl-C has no more tests begun", async () => {
  const cancelCurrentRun = vi.fn(() => Promise.resolve());
  const { tearDown } = await setUp(new FakeBackend(), {
    vitest: { cancelCurrentRun, config: { watch: false } } as unknown as TestProject["vitest"],
  });
  const [held] = process.listeners("SIGHUP"); // Those of environments come after it.

  held?.("SIGHUP");

  expect(cancelCurrentRun).toHaveBeenCalledExactlyOnceWith("keyboard-input");
  await tearDown();
});

test("signals are given back although the removal fails", async () => {
  const backend = new FakeBackend();
  const { tearDown } = await setUp(backend);
  backend.failNext("remove", failure);

  expect(await outcomeOf(tearDown())).toMatchObject({ code: "CLEANROOM_CLEANUP" });
});
