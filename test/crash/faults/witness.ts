import type { CleanroomEnvironment } from "../../../src/index.ts";

/** What one environment was told about containers, in words, by the names of their services. */
export class Witness {
  readonly #told = new Map<string, string[]>();
  #listeners: (() => void)[] = [];

  constructor(environment: CleanroomEnvironment) {
    environment.on("container:restarted", ({ name }) => this.#note(name, "restarted"));
    environment.on("container:paused", ({ name }) => this.#note(name, "paused"));
    environment.on("container:resumed", ({ name }) => this.#note(name, "resumed"));
    environment.on("container:out-of-memory", ({ name }) => this.#note(name, "out of memory"));
    environment.on("container:state", ({ name, to }) => {
      if (to === "failed") this.#note(name, "failed");
    });
    environment.on("container:health", ({ name, from, to }) => {
      // That a container which has been started is healthy is no news.
      if (to === "unhealthy" || from === "unhealthy") this.#note(name, to);
    });
  }

  /** Everything that was told about a service so far. */
  about(name: string): readonly string[] {
    return this.#told.get(name) ?? [];
  }

  /** Resolves when at least so many things have been told about a service. */
  async hasHeard(name: string, count: number): Promise<void> {
    while (this.about(name).length < count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#listeners.push(resolve);
      await promise;
    }
  }

  #note(name: string, what: string): void {
    this.#told.set(name, [...this.about(name), what]);
    for (const resolve of this.#listeners.splice(0)) resolve();
  }
}
