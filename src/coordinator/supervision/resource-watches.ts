import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import { messageOf } from "../../errors/describe.ts";
import { monitorOf } from "../../resources/monitor-container.ts";
import type { ResourceMonitor } from "../../resources/resource-monitor.ts";
import type { ResolvedResources } from "../../resources/resource-rule.ts";
import type { ResourceSample } from "../../resources/resource-sample.ts";
import type { RuleBreach } from "../../resources/rule-tracker.ts";
import { RuleTracker } from "../../resources/rule-tracker.ts";
import type { Clock } from "../../time/clock.ts";
import type { SharedService } from "../shared-service.ts";

/** What watching the use of services needs. */
export interface ResourceWatchesOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** Does what a rule says. The rule rests until then. */
  readonly act: (service: SharedService, breach: RuleBreach) => Promise<void>;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** The rules of one service, and what they have seen of its container so far. */
interface Guard {
  /** What was asked for, as text, to tell it from something else. */
  readonly terms: string;
  readonly trackers: readonly RuleTracker[];
}

/** Looks at what services with rules use, in one loop for all, as long as those are used, and has their rules act. */
export class ResourceWatches {
  readonly #act: ResourceWatchesOptions["act"];
  readonly #log: ResourceWatchesOptions["log"];
  readonly #monitor: ResourceMonitor;
  readonly #watches = new Map<SharedService, Guard & Disposable>();
  readonly #guards = new WeakMap<SharedService, Guard>();
  readonly #acting = new WeakSet<RuleTracker>();

  constructor({ caretaker, clock, act, log }: ResourceWatchesOptions) {
    this.#act = act;
    this.#log = log;
    this.#monitor = monitorOf(caretaker, clock);
  }

  /** Looks at a service from now on, if it has rules, by those that were asked for last. */
  begin(service: SharedService): void {
    const { connection, request } = service;
    const { resources } = request;
    if (connection === undefined || resources === undefined) {
      this.end(service);
      return;
    }
    const guard = this.#guardOf(service, resources);
    if (this.#watches.get(service)?.terms === guard.terms) return;
    this.end(service);
    for (const tracker of guard.trackers) tracker.forget();
    const container = this.#monitor.add({
      ...{ id: connection.id, intervalMs: resources.intervalMs, historyLength: 1 },
      needsLayer: resources.rules.some(({ metric }) => metric === "layerBytes"),
      onSample: (sample) => {
        this.#check(service, guard, sample);
      },
      onEnd: () => this.#watches.delete(service),
    });
    this.#watches.set(service, {
      ...guard,
      [Symbol.dispose]: () => {
        container[Symbol.dispose]();
      },
    });
  }

  /** Looks at a service no more. How often its rules may still act is remembered. */
  end(service: SharedService): void {
    const watch = this.#watches.get(service);
    this.#watches.delete(service);
    watch?.[Symbol.dispose]();
  }

  /** Looks at nothing any more. */
  stop(): void {
    this.#watches.clear();
    this.#monitor[Symbol.dispose]();
  }

  #guardOf(service: SharedService, resources: ResolvedResources): Guard {
    const terms = JSON.stringify(resources);
    const existing = this.#guards.get(service);
    if (existing?.terms === terms) return existing;
    const guard = { terms, trackers: resources.rules.map((rule) => new RuleTracker(rule)) };
    this.#guards.set(service, guard);
    return guard;
  }

  #check(service: SharedService, { trackers }: Guard, sample: ResourceSample): void {
    for (const tracker of trackers) {
      if (this.#acting.has(tracker)) continue;
      const breach = tracker.observe(sample);
      if (breach === undefined) continue;
      void this.#carryOut(tracker, service, breach);
    }
  }

  /** Has a rule act; it is not asked again before that is done. */
  async #carryOut(tracker: RuleTracker, service: SharedService, breach: RuleBreach): Promise<void> {
    this.#acting.add(tracker);
    try {
      await this.#act(service, breach);
    } catch (error) {
      this.#log(`A rule on ${breach.rule.metric} of ${service.request.name} failed: ${messageOf(error)}`);
    } finally {
      this.#acting.delete(tracker);
    }
  }
}
