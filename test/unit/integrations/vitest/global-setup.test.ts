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

/** Runs the setup of a project whose one service is on a fake engine. */
async function setUp(backend: FakeBackend, provide: () => void): Promise<() => Promise<void>> {
  await using directory = await directoryWith({ "cleanroom.config.ts": "" });
  vi.spyOn(CleanroomEnvironment, "start").mockImplementationOnce(() => startOn(backend, { web: service() }));
  const config = defineConfig({ services: {} });
  const project = {
    viteConfig: { plugins: [] },
    config: { root: directory.path },
    import: () => Promise.resolve({ default: config }),
    provide,
  };
  return await setup(project as unknown as TestProject);
}

test("services that the tests cannot be told of are removed", async () => {
  const backend = new FakeBackend();

  const failing = setUp(backend, () => {
    throw failure;
  });

  expect(await outcomeOf(failing)).toBe(failure);
  expect(backend.methods).toContain("remove");
});

test("signals are given back although the removal fails", async () => {
  const backend = new FakeBackend();
  const tearDown = await setUp(backend, () => undefined);
  backend.failNext("remove", failure);

  expect(await outcomeOf(tearDown())).toMatchObject({ code: "CLEANROOM_CLEANUP" });
});
