import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { standardOutput } from "../../../../src/backend/engine-api/exec-output.ts";

function frame(stream: 1 | 2, payload: string | Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(payload), 4);
  return Buffer.concat([header, Buffer.from(payload)]);
}

const binary = Buffer.from([0, 1, 255, 2, 0, 0, 0, 0, 3]);
const output = Buffer.concat([frame(1, binary), frame(2, "no "), frame(1, ""), frame(1, "more"), frame(2, "good")]);

test.for([1, 2, 3, 7, 8, 9, output.length])("frames are told apart in pieces of %i bytes", async (length) => {
  const pieces: Buffer[] = [];
  for (let at = 0; at < output.length; at += length) pieces.push(output.subarray(at, at + length));
  const errors = { text: "" };

  const said = await buffer(standardOutput(Readable.from(pieces), errors));

  expect(said).toEqual(Buffer.concat([binary, Buffer.from("more")]));
  expect(errors.text).toBe("no good");
});

test("of a long error output the end is kept", async () => {
  const errors = { text: "" };

  await buffer(standardOutput(Readable.from([frame(2, `${"x".repeat(5000)}end`)]), errors));

  expect(errors.text).toHaveLength(2000);
  expect(errors.text.endsWith("end")).toBe(true);
});
