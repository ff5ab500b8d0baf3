/**
 * Joins and leaves sessions as it is told, one word a line: `join`, `call`, `leave`. Says what it did, or `failed: ` and why.
 * Starts nothing, so that what it takes is what the coordinator takes.
 */
import { createInterface } from "node:readline";
import type { SessionSeat } from "../../../../src/environment/session-seat.ts";
import { takeSharedSeat } from "../../../../src/environment/shared-seat.ts";
import { messageOf } from "../../../../src/errors/describe.ts";
import { systemClock } from "../../../../src/time/system-clock.ts";

let seat: SessionSeat | undefined;

const words: Readonly<Record<string, () => Promise<unknown>>> = {
  join: async () => {
    seat = await takeSharedSeat(systemClock, () => undefined);
  },
  call: () => seat?.member.isKnownValid("digest") ?? Promise.reject(new Error("It has not joined.")),
  leave: async () => {
    await seat?.[Symbol.asyncDispose]();
    seat = undefined;
  },
};

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  try {
    await words[word]?.();
    process.stdout.write(`${word}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${messageOf(error)}\n`);
  }
}
