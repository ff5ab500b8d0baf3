import { cleanroomTest } from "cleanroom-test/vitest/test";
import { Redis } from "ioredis";
import { expect } from "vitest";
import config from "../cleanroom.config.ts";

const test = cleanroomTest(config);

test("what is written to the primary can be read from the replica", async ({ primary, replica }) => {
  const writer = new Redis(primary.port(), primary.host);
  const reader = new Redis(replica.port(), replica.host);
  try {
    await writer.set("greeting", "hello");
    await writer.wait(1, 1000); // For one replica to have it.
    expect(await reader.get("greeting")).toBe("hello");
  } finally {
    writer.disconnect();
    reader.disconnect();
  }
});
