/** Uses the service `cache` as it is told, one word a line: `take` a part and write into it, `end`. Says the part's number. */
import { createInterface } from "node:readline";
import { Redis } from "ioredis";
import { CleanroomEnvironment, redis } from "../../../src/index.ts";

const [rootDirectory = ""] = process.argv.slice(2);
const config = { services: { cache: redis("cleanroom-test/redis:7") } };
const opening = CleanroomEnvironment.open(config, { rootDirectory });

const words: Readonly<Record<string, () => Promise<string>>> = {
  take: async () => {
    const database = await (await (await opening).get("cache")).isolate();
    const client = new Redis(database.url);
    await client.set("who", "me");
    client.disconnect();
    return String(database.database);
  },
  end: async () => {
    await (await opening)[Symbol.asyncDispose]();
    return "ended";
  },
};

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  try {
    process.stdout.write(`${(await words[word]?.()) ?? ""}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${String(error)}\n`);
  }
}
