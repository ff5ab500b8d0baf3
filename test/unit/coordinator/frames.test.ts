import { PassThrough } from "node:stream";
import type { Socket } from "node:net";
import { array, assert, asyncProperty, nat, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { readFrames } from "../../../src/coordinator/frames.ts";

interface Reading {
  readonly frames: string[];
  readonly problems: string[];
  readonly socket: PassThrough;
}

function read(): Reading {
  const socket = new PassThrough();
  const [frames, problems]: [string[], string[]] = [[], []];
  readFrames(
    socket as unknown as Socket,
    (text) => {
      frames.push(text);
      if (text === "stop") socket.destroy();
    },
    (problem) => problems.push(problem),
  );
  return { frames, problems, socket };
}

async function send({ socket }: Reading, ...chunks: readonly (string | Buffer)[]): Promise<void> {
  for (const chunk of chunks) {
    socket.write(chunk);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("frames", () => {
  test("are the same however they are cut", async () => {
    await assert(
      asyncProperty(array(string({ unit: "binary" })), array(nat(40)), async (texts, cuts) => {
        const reading = read();
        const lines = texts.map((text) => JSON.stringify(text));
        let rest = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        for (const cut of cuts) {
          await send(reading, rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        await send(reading, rest);

        expect(reading).toMatchObject({ frames: lines, problems: [] });
      }),
    );
  });

  test("that are too long are refused while they arrive, and nothing is read after them", async () => {
    const reading = read();
    const megabyte = "x".repeat(1024 * 1024);

    await send(reading, megabyte, megabyte, megabyte, megabyte, "x", "more\nand more\n");

    expect(reading.problems).toEqual(["a message is longer than 4194304 bytes"]);
    expect(reading.frames).toEqual([]);
  });

  test("that are as long as may be are read", async () => {
    const reading = read();

    await send(reading, "x".repeat(4 * 1024 * 1024 - 1), "\n");

    expect(reading.frames.map(({ length }) => length)).toEqual([4 * 1024 * 1024 - 1]);
    expect(reading.problems).toEqual([]);
  });

  test("are not read any more once the connection was ended, though they have arrived", async () => {
    const reading = read();

    await send(reading, "one\nstop\ntwo\nthree\n");

    expect(reading.frames).toEqual(["one", "stop"]);
  });
});
