import { afterEach, expect, test, vi } from "vitest";
import type { TestProject } from "vitest/node";
import { CleanroomEnvironment, defineConfig, LifecycleError } from "../../../../src/index.ts";
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
    vitest: { cancelCurrentRun: () => Promise.resolve() },
    ...project,
  } as unknown as TestProject);
  return { tearDown, env: config.env };
}

test("the workers get the session, the directory and what they had", async () => {
  const provided: unknown[] = [];
  const provide = (...args: readonly unknown[]): void => void provided.push(...args);

  const { env, tearDown } = await setUp(new FakeBackend(), { provide });

  expect(provided).toEqual(["cleanroom", { rootDirectory: expect.stringMatching(/./) as string }]);
  expect(env).toEqual({ OWN: "kept", CLEANROOM_SESSION: expect.stringMatching(/./) as string });
  expect(process.env["CLEANROOM_SESSION"]).toBeUndefined();
  await tearDown();
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
    vitest: { cancelCurrentRun } as unknown as TestProject["vitest"],
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
