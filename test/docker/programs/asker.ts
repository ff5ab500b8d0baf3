/** At the word `ask`, asks ten times at once for the service `web`, and says the ids that it got, each once. At `end`, ends. */
import { createInterface } from "node:readline";
import { CleanroomEnvironment, container } from "../../../src/index.ts";

const [rootDirectory = ""] = process.argv.slice(2);
const environment = await CleanroomEnvironment.open({ services: {} }, { rootDirectory });

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  if (word !== "ask") break;
  const asked = Array.from({ length: 10 }, () =>
    environment.getOrCreateContainer("web", () => container("cleanroom-test/service:1", { ports: [8080] })),
  );
  const ids = new Set((await Promise.all(asked)).map(({ id }) => id));
  process.stdout.write(`${[...ids].join(" ")}\n`);
}
await environment[Symbol.asyncDispose]();
process.stdout.write("ended\n");
process.exit();
