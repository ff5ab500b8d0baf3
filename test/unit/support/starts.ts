import { SingleFlight } from "../../../src/concurrency/single-flight.ts";
import type { ContainerRuntime } from "../../../src/container/container-runtime.ts";
import type { ServicePlan } from "../../../src/container/service-plan.ts";
import type { StartRequest } from "../../../src/container/start-container.ts";
import type { EngineRefusal } from "../../../src/errors/engine-request-error.ts";
import { EngineRequestError } from "../../../src/errors/engine-request-error.ts";
import { Emitter } from "../../../src/events/emitter.ts";
import type { HealthProbe } from "../../../src/index.ts";
import type { FakeBackend } from "../../../src/testing/index.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { planWith } from "./specs.ts";

/** What starting containers needs, on a fake engine and with a clock that stands still. */
export function runtimeOn(backend: FakeBackend): ContainerRuntime & { readonly clock: ManualClock } {
  return {
    backend,
    clock: new ManualClock(),
    emitter: new Emitter(),
    pulls: new SingleFlight(),
    accountFor: () => undefined,
    workOnImage: (_key, work, signal) => work(signal),
  };
}

/** Asks for a container called `app-1` of the service `app`. */
export function requestFor(plan: ServicePlan = planWith(), differences: Partial<StartRequest> = {}): StartRequest {
  return { name: "app", containerName: "app-1", plan, key: "key", labels: { owner: "test" }, ...differences };
}

/** A refusal as an engine gives it. */
export function refusal(kind: EngineRefusal, reason = "the engine's words"): EngineRequestError {
  return new EngineRequestError({ operation: "do it", refusal: kind, reason });
}

/** A probe that looks into the container, so that a start with it makes a further call; it fails while `isHealthy` says so. */
export function lookingProbe(isHealthy: () => boolean = () => true): HealthProbe {
  return {
    name: "looks",
    check: async (target, signal) => {
      await target.statFile("/ready", signal);
      if (!isHealthy()) throw new Error("not yet");
    },
  };
}

/** A probe that never ends, whatever its signal does. */
export const hungProbe: HealthProbe = { name: "hangs", check: () => new Promise(() => {}) };
