import { expect, test, vi } from "vitest";
import { EngineOnDemand } from "../../../src/environment/engine-on-demand.ts";
import { FakeBackend } from "../../../src/testing/index.ts";

test("the engine is connected to once, when it is first needed, and let go of at the end", async () => {
  const backend = new FakeBackend();
  const dispose = vi.spyOn(backend, Symbol.asyncDispose);
  const open = vi.fn(() => Promise.resolve(backend));
  {
    await using engine = new EngineOnDemand(open);
    expect(open).not.toHaveBeenCalled();

    expect(await Promise.all([engine.connect(), engine.connect()])).toEqual([backend, backend]);
    expect(dispose).not.toHaveBeenCalled();
  }

  expect(open).toHaveBeenCalledOnce();
  expect(dispose).toHaveBeenCalledOnce();
});

test("a connection that failed is tried again", async () => {
  const backend = new FakeBackend();
  const failure = new Error("no answer");
  const open = vi.fn(() => Promise.resolve(backend)).mockRejectedValueOnce(failure);
  await using engine = new EngineOnDemand(open);

  await expect(engine.connect()).rejects.toBe(failure);

  expect(await engine.connect()).toBe(backend);
});

test("a connection that was never made, or failed, needs no end", async () => {
  await new EngineOnDemand(() => Promise.reject(new Error("no answer")))[Symbol.asyncDispose]();
  const engine = new EngineOnDemand(() => Promise.reject(new Error("no answer")));
  const connecting = engine.connect();

  await engine[Symbol.asyncDispose]();

  await expect(connecting).rejects.toThrow("no answer");
});
