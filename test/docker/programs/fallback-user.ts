/**
 * Starts the service `web`, whose process exits, in the session it was started in, and says which container takes its place:
 * `IMAGE ID isFallback`. Then waits for a line, and ends.
 */
import { createInterface } from "node:readline";
import { CleanroomEnvironment, container } from "../../../src/index.ts";

const [rootDirectory = ""] = process.argv.slice(2);
const other = container("cleanroom-test/scratch:1", { ports: [8080] });
const web = container("cleanroom-test/service:1", {
  ...{ ports: [8080], command: ["false"] },
  recovery: { retry: { attempts: 2, delayMs: 50 }, fallback: () => other },
});

process.stdout.write("there\n");
const environment = await CleanroomEnvironment.start({ services: { web } }, { rootDirectory });
const { image, id, isFallback } = environment.services.web;
process.stdout.write(`${image} ${id} ${String(isFallback)}\n`);
for await (const _line of createInterface({ input: process.stdin })) break;
await environment[Symbol.asyncDispose]();
process.stdout.write("ended\n");
process.exit();
