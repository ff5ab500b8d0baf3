import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deaths, play, points } from "./matrix.ts";
import { ForeignContainers } from "./support/foreign.ts";
import { randomFor } from "./support/random.ts";
import { runOptions } from "./support/run-options.ts";

let foreign: ForeignContainers;
beforeAll(async () => {
  foreign = await ForeignContainers.start();
});
afterAll(() => foreign[Symbol.asyncDispose]());

describe.for([1, 2] as const)("of %i sessions one", (sessions) => {
  describe.for(deaths)("ends by %s", (death) => {
    test.for(points)("%s: what only it had is gone, and nothing else", async (point) => {
      const random = randomFor(runOptions.seed, `${sessions} ${death} ${point}`);
      const { goneMs, settledMs } = await play({ death, point, sessions }, random);

      expect(goneMs).toBeLessThanOrEqual(2000);
      expect(await foreign.touched()).toEqual([]);
      console.info(`figures ${JSON.stringify({ sessions, death, point, goneMs, settledMs })}`);
    });
  });
});
