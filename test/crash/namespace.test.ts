import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { Stage } from "./support/stage.ts";

const canUnshare = hasNamespaces();

/** Whether this machine lets us make a process namespace. */
function hasNamespaces(): boolean {
  try {
    execFileSync("unshare", ["--pid", "--fork", "--mount-proc", "--kill-child", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("a process namespace that is killed, with everything in it", () => {
  beforeEach(({ skip }) => {
    skip(!canUnshare, "this machine does not let us make process namespaces");
  });

  test("leaves what it had to the next start, which sweeps it", async () => {
    await using stage = await Stage.create();
    const doomed = stage.client({}, { ownNamespace: true });
    await doomed.start({ own: { kind: "redis", options: { network: true } }, web: { kind: "service" } });
    await stage.noteVolumes();
    expect(stage.coordinators).toHaveLength(1);

    await doomed.signal("SIGKILL");
    await expect.poll(() => stage.coordinators).toEqual([]);
    await sleep(1000);
    expect(await stage.containers()).toHaveLength(2); // The control: nobody is left to remove them.

    const successor = stage.client();
    await successor.open({});
    const sinceMs = Date.now();
    expect(await stage.gone(undefined, sinceMs, 2000)).toBeLessThanOrEqual(2000);
    await successor.die("end");
    await stage.settled(5000);
  });

  test("while it begins to make something leaves that to the next start as well", async () => {
    await using stage = await Stage.create();
    const doomed = stage.client({}, { ownNamespace: true });
    await doomed.open({ own: { kind: "postgres" } });
    doomed.get("own").catch(() => undefined);
    await expect.poll(() => stage.containers(), { interval: 5, timeout: 5000 }).toHaveLength(1);
    await doomed.signal("SIGKILL");

    const successor = stage.client();
    await successor.open({});
    await stage.gone(undefined, Date.now(), 2000);
    await successor.die("end");
    await stage.settled(5000);
  });

  test("does not take along what a process outside of it uses", async () => {
    await using stage = await Stage.create();
    const [doomed, other] = [stage.client({}, { ownNamespace: true }), stage.client()];
    await doomed.start({ shared: { kind: "redis" }, own: { kind: "redis" } });
    await other.start({ shared: { kind: "redis" } });
    await other.query("shared", "SET mark here");

    const { atMs } = await doomed.signal("SIGKILL");
    expect(await stage.gone("own", atMs, 2000)).toBeLessThanOrEqual(2000);
    expect(await other.query("shared", "GET mark")).toBe("here");
    await other.die("end");
    await stage.settled(5000);
  });
});
