import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { connectCoordinator } from "../../../src/coordinator/connect-coordinator.ts";
import { RemoteMember } from "../../../src/coordinator/remote-member.ts";
import type { Grounds } from "../../support/coordinator-processes.ts";
import { endpoint, test } from "../../support/coordinator-processes.ts";
import { requestFor } from "../../support/coordinator-stage.ts";

const minuteMs = 60_000;

/** Leaves a socket that nobody listens at, as a process that was killed does. */
function plantStaleSocket(path: string): void {
  const program = `require("node:net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))`;
  spawnSync(process.execPath, ["-e", program, path]);
  expect(existsSync(path)).toBe(true);
}

async function addressIn(grounds: Grounds, version?: string) {
  const paths = await grounds.paths(endpoint, version);
  const { PATH = "", HOME = "" } = process.env;
  return { paths, stateDirectory: grounds.directory, endpoint, environment: { PATH, HOME } };
}

describe("of thirty processes that come at the same moment", () => {
  test(
    "each has the same coordinator, and again after each time that it was killed",
    { timeout: 5 * minuteMs },
    async ({ grounds }) => {
      const clients = await Promise.all(Array.from({ length: 30 }, () => grounds.client("seats")));
      const all = (word: string): Promise<readonly string[]> => Promise.all(clients.map((client) => client.tell(word)));
      const paths = await grounds.paths();

      for (let round = 0; round < 20; round += 1) {
        if (round % 4 === 3) for (const path of [paths.election, paths.socket]) plantStaleSocket(path);
        expect(new Set(await all("join"))).toEqual(new Set(["join"]));
        expect(new Set(await all("call"))).toEqual(new Set(["call"]));
        await grounds.settled();
        if (round % 2 === 0) {
          // Killed under those who are connected: all of them look for a successor at once.
          await grounds.killCoordinators();
          expect(new Set(await all("call"))).toEqual(new Set(["call"]));
          await grounds.settled();
          const survivors = grounds.coordinators;
          expect(new Set(await all("call"))).toEqual(new Set(["call"]));
          expect(grounds.coordinators).toEqual(survivors);
        }
        if (round < 19) await grounds.killCoordinators();
        expect(new Set(await all("leave"))).toEqual(new Set(["leave"]));
        if (round < 19) await grounds.killCoordinators();
      }

      await grounds.quiet();
      expect(grounds.log).toMatch(/Nothing is left to look after\.\n$/);
    },
  );
});

describe("a coordinator", () => {
  test("that is about to end fails nobody who comes just then", { timeout: 2 * minuteMs }, async ({ grounds }) => {
    const address = await addressIn(grounds);
    let successors = 0;
    for (let round = 0; round < 60; round += 1) {
      const member = await RemoteMember.join(address, grounds.state.secret, { onEvent: () => undefined });
      expect(await member.isKnownValid("digest")).toBe(false);
      await member[Symbol.asyncDispose]();
      await sleep(240 + (round % 12) * 3); // It lingers for 250 ms.
    }
    await grounds.quiet();
    successors = grounds.log.split("Listening at").length - 1;

    expect(successors).toBeGreaterThan(1); // Otherwise this met none that was about to end.
    expect(successors).toBeLessThan(61);
  });

  test("is another one for another version or another engine, and leaves what theirs is alone", async ({ grounds }) => {
    const [one, other] = [await addressIn(grounds), await addressIn(grounds, "0.0.0-other")];
    const join = (address: typeof one) =>
      RemoteMember.join(address, grounds.state.secret, { onEvent: () => undefined });
    const member = await join(one);
    const request = requestFor("net", { network: "n" });
    const acquisition = await member.acquire(request);
    const elsewhere = await join(other);
    const sameEngineByAnotherName = endpoint.replace("unix:///var/run/", "unix:///run/");
    const third = await grounds.client("seats", { DOCKER_HOST: sameEngineByAnotherName });
    expect(await third.tell("join")).toBe("join");

    expect(grounds.coordinators).toHaveLength(sameEngineByAnotherName === endpoint ? 2 : 3);
    expect((await elsewhere.acquire(request)).kind).toBe("create");
    // Both have swept by now; the first one's network and promise are still there.
    expect(await member.acquire(request)).toEqual(acquisition);
    await member[Symbol.asyncDispose]();
    await elsewhere[Symbol.asyncDispose]();
    expect(await third.tell("leave")).toBe("leave");
  });

  test("that cannot be started is told of, with its log", async ({ grounds }) => {
    const address = { ...(await addressIn(grounds)), endpoint: "nonsense://" };

    await expect(connectCoordinator(address, AbortSignal.timeout(30_000))).rejects.toMatchObject({
      code: "CLEANROOM_COORDINATOR",
      details: { problem: "The coordinator ended before it could be reached.", log: address.paths.log },
    });
    expect(grounds.log).toContain("nonsense");
  });
});
