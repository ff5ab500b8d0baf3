import type { EngineCaretaker } from "../../backend/engine-caretaker.ts";
import type { ServiceConnection } from "../../container/service-connection.ts";
import { toErrorData } from "../../errors/error-data.ts";
import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { describeBreach } from "../../resources/describe-breach.ts";
import { postToWebhook } from "../../resources/post-webhook.ts";
import { ruleError } from "../../resources/rule-error.ts";
import { outcomeOf } from "../../resources/rule-outcome.ts";
import type { RuleBreach } from "../../resources/rule-tracker.ts";
import type { Clock } from "../../time/clock.ts";
import type { ServiceEvent } from "../coordination.ts";
import type { SharedService } from "../shared-service.ts";
import { readLogTail } from "../../container/read-log-tail.ts";
import type { Restarts } from "./restarts.ts";

/** What rules need to act. */
export interface RuleActionsOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Clock;
  /** What restarts services. */
  readonly restarts: Pick<Restarts, "restart">;
  /** Kills the container of a service; the engine's news of it are none. */
  readonly kill: (service: SharedService, id: string) => Promise<void>;
  /** Tells whoever uses a service what it has failed with. */
  readonly fail: (service: SharedService, error: unknown) => void;
  /** Tells whoever uses a service what happens to it. */
  readonly notify: (sessionIds: readonly string[], event: ServiceEvent) => void;
  /** Told what nobody else is told. */
  readonly log: (line: string) => void;
}

/** Does what rules say, and tells everybody who uses the service, as well as the rule's web hook, what has been done. */
export class RuleActions {
  readonly #options: RuleActionsOptions;

  constructor(options: RuleActionsOptions) {
    this.#options = options;
  }

  /** Acts once. What cannot be done is told as well, and not tried again before the rule's cooldown is over. */
  async act(service: SharedService, breach: RuleBreach): Promise<void> {
    const { connection } = service;
    if (connection === undefined) return;
    const { notify, fail, log, clock, caretaker } = this.#options;
    const error = await this.#do(service, connection, breach).then(() => undefined, toErrorData);
    const outcome = outcomeOf(breach, error);
    notify(service.sessionIds, { kind: "exceeded", serviceId: service.id, ...outcome });
    const { action, metric, webhook } = breach.rule;
    const { name, id } = connection;
    if (action === "kill" && error === undefined) {
      fail(service, ruleError(name, breach, await readLogTail(id, caretaker)));
    }
    if (webhook === undefined) return;
    const problem = await postToWebhook(webhook, { name, id, ...outcome }, clock);
    if (problem !== undefined) log(`Telling that ${name}'s ${metric} was exceeded: ${problem}`);
  }

  async #do(service: SharedService, { name, id }: ServiceConnection, breach: RuleBreach): Promise<void> {
    const { caretaker, restarts, kill } = this.#options;
    if (service.state !== "ready") throw new LifecycleError(`${name} is just being removed.`);
    const { rule } = breach;
    switch (rule.action) {
      case "alert":
        return;
      case "throttle":
        return caretaker.update(id, { cpuCores: rule.toCpuCores });
      case "restart":
        return restarts.restart(service, describeBreach(breach));
      case "kill":
        return kill(service, id);
    }
  }
}
