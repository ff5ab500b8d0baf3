import { randomBytes, randomUUID } from "node:crypto";
import { inspect, removeContainer, runForeign } from "../../support/engine.ts";

const IMAGE = "cleanroom-test/service:1";

/** Containers of others, which look more or less like ours. Disposing removes them. */
export class ForeignContainers implements AsyncDisposable {
  readonly #started: ReadonlyMap<string, string>;

  private constructor(started: ReadonlyMap<string, string>) {
    this.#started = started;
  }

  /** Starts one without labels of ours, and one that another user's Cleanroom, on the same engine, could have made. */
  static async start(): Promise<ForeignContainers> {
    const labels: readonly Readonly<Record<string, string>>[] = [
      { "org.example": "cleanroom" },
      {
        "dev.cleanroom.owner": randomUUID(),
        "dev.cleanroom.coordinator": randomBytes(6).toString("hex"),
        "dev.cleanroom.service-id": randomBytes(5).toString("hex"),
        "dev.cleanroom.service": "own",
        "dev.cleanroom.session": randomBytes(8).toString("hex"),
      },
    ];
    const containers = await Promise.all(labels.map((Labels) => runForeign({ Image: IMAGE, Labels })));
    return new ForeignContainers(new Map(containers.map(({ Id, State }) => [Id, State.StartedAt])));
  }

  /** What happened to them: nothing, if all is well. */
  async touched(): Promise<readonly string[]> {
    const states = [...this.#started].map(async ([id, startedAt]) => {
      const container = await inspect(id);
      const isSame = container?.State.Running === true && container.State.StartedAt === startedAt;
      return isSame && !container.State.Paused ? [] : [`${id}: ${container?.State.Status ?? "gone"}`];
    });
    return (await Promise.all(states)).flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#started.keys()].map(removeContainer));
  }
}
