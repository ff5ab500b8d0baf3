import { LifecycleError } from "../../errors/lifecycle-error.ts";
import { ResourceScope } from "../../lifecycle/resource-scope.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { TrafficMetrics } from "../service-metrics.ts";
import type { ProxyTerms, ServiceProxy } from "./service-proxy.ts";
import { TrafficRecord } from "./traffic-record.ts";

/** The proxies of one handle. Disposing closes them. */
export class HandleProxies implements AsyncDisposable {
  #record: TrafficRecord | undefined;
  readonly #open = new ResourceScope();
  #isClosed = false;

  /** What went through all of them; nothing before the first connection. */
  get traffic(): TrafficMetrics | undefined {
    return this.#record?.metrics;
  }

  /**
   * Opens one.
   *
   * @throws LifecycleError once they are closed; ConfigurationError when its port is taken.
   */
  async open(terms: Omit<ProxyTerms, "clock" | "record">): Promise<ServiceProxy> {
    if (this.#isClosed) throw new LifecycleError(`A proxy of ${terms.name} was asked for after its end.`);
    const { openProxy } = await import("./service-proxy.ts"); // Only few have one.
    this.#record ??= new TrafficRecord(systemClock);
    const proxy = await openProxy({ ...terms, clock: systemClock, record: this.#record });
    await this.#open.defer(() => proxy[Symbol.asyncDispose]());
    return proxy;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    await this.#open[Symbol.asyncDispose]();
  }
}
