import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { SignalForwarder } from "../../../src/cli/signal-forwarder.ts";
import { ManualClock } from "../../../src/testing/manual-clock.ts";

/** A process that no interrupt ends, and that ends when its input does. */
async function stubborn(): Promise<ChildProcess> {
  const script = 'process.on("SIGINT", () => undefined); process.stdin.resume(); console.log("ready")';
  const child = spawn(process.execPath, ["-e", script], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return child;
}

test("two interrupts soon after each other end what does not end by itself", async () => {
  const child = await stubborn();
  const clock = new ManualClock();
  const forwarder = new SignalForwarder(child, clock);

  forwarder.forward("SIGINT");
  await clock.advance(301);
  forwarder.forward("SIGINT");

  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
  expect(forwarder.hasForced).toBe(true);
});

test.for([
  ["that are apart, as in a program in which one types,", 2001],
  ["that are one, as npx passes on what the command had from the terminal,", 300],
] as const)("and two %s do not", async ([, apartMs]) => {
  const child = await stubborn();
  const clock = new ManualClock();
  const forwarder = new SignalForwarder(child, clock);

  forwarder.forward("SIGINT");
  await clock.advance(apartMs);
  forwarder.forward("SIGINT");
  child.stdin?.end();

  expect(await once(child, "exit")).toEqual([0, null]);
  expect(forwarder.hasForced).toBe(false);
});
