import { expect, vi } from "vitest";
import type { HealthMonitorOptions } from "../../src/health/health-monitor.ts";
import { HealthMonitor } from "../../src/health/health-monitor.ts";
import type { HealthChange, HealthResult } from "../../src/lifecycle/health-status.ts";
import { container, http } from "../../src/index.ts";
import { systemClock } from "../../src/time/system-clock.ts";
import * as engine from "../support/engine.ts";
import { openConnectionsTo, test } from "../support/probing.ts";
import { images } from "../support/workspace.ts";

const terms = { failureThreshold: 3, successThreshold: 2, startPeriodMs: 60_000 };
const rhythm = { probe: http({ port: 8080 }), intervalMs: 50, timeoutMs: 200, clock: systemClock };

/** Waits for a file before it listens, so that a test decides when that is. */
const gated = container(images.service, {
  command: ["sh", "-c", "until [ -e /tmp/go ]; do sleep 0.02; done; exec service"],
  ports: [8080],
  health: false,
});

interface Watch extends AsyncDisposable {
  readonly monitor: HealthMonitor;
  readonly told: readonly (HealthChange | HealthResult)[];
  until(holds: () => boolean): Promise<void>;
}

function watch(options: Pick<HealthMonitorOptions, "target" | "terms">): Watch {
  const told: (HealthChange | HealthResult)[] = [];
  const note = (one: HealthChange | HealthResult): void => void told.push(one);
  const monitor = new HealthMonitor({ ...rhythm, ...options, onChange: note, onResult: note });
  return {
    monitor,
    told,
    until: async (holds) => {
      await vi.waitUntil(holds, { timeout: 20_000, interval: 5 });
    },
    [Symbol.asyncDispose]: () => monitor.stop(),
  };
}

/** What was told, a word each. */
function wordsOf(told: readonly (HealthChange | HealthResult)[]): readonly string[] {
  return told.map((one) => ("to" in one ? one.to : one.isHealthy ? "+" : "-"));
}

test("a service goes from unknown over starting to healthy, and there and back when it is paused", async ({
  workspace,
  probing,
}) => {
  const { services } = await workspace.start({ web: gated });
  await using watched = watch({ target: await probing.targetOf(services.web, "forwarded"), terms });
  const { monitor, told, until } = watched;

  expect(monitor.report.status).toBe("unknown");
  await until(() => monitor.report.history.length > terms.failureThreshold); // In the start period, where it may fail.
  expect(monitor.report).toMatchObject({ status: "starting", failuresInARow: 0 });

  await services.web.exec(["touch", "/tmp/go"]);
  await until(() => monitor.report.status === "healthy");

  await engine.interfere(services.web.id, "pause");
  await until(() => monitor.report.status === "unhealthy");
  expect((await engine.inspectExisting(services.web.id)).State.Paused).toBe(true);
  expect(monitor.report).toMatchObject({ failuresInARow: terms.failureThreshold, reason: "no answer within 200 ms" });

  await engine.interfere(services.web.id, "unpause");
  await until(() => monitor.report.status === "healthy");
  await monitor.stop();

  expect(wordsOf(told).join(" ")).toMatch(/^- starting (- )+\+ \+ healthy (\+ )*- - - unhealthy (- )*\+ \+ healthy/);
  await vi.waitUntil(() => openConnectionsTo(services.web.port()).length === 0);
});

test("a service that may fail more often stays healthy while it is paused for as long", async ({
  workspace,
  probing,
}) => {
  const { services } = await workspace.start({ web: container(images.service, { ports: [8080] }) });
  const target = await probing.targetOf(services.web, "forwarded");
  await using watched = watch({ target, terms: { ...terms, failureThreshold: 1_000 } });
  const { monitor, until } = watched;
  await until(() => monitor.report.status === "healthy");

  await engine.interfere(services.web.id, "pause");
  await until(() => monitor.report.failuresInARow >= terms.failureThreshold);

  expect(monitor.report.status).toBe("healthy");
  await engine.interfere(services.web.id, "unpause");
});
