/**
 * Uses a service as it is told, one word a line: `start`, `block` (for ten seconds nothing of this process runs), `end`. Says
 * the id of the container, or `failed: ` and why.
 */
import { createInterface } from "node:readline";
import { CleanroomEnvironment, container } from "../../../../src/index.ts";

let environment: CleanroomEnvironment | undefined;
const web = container("cleanroom-test/service:1", {
  ports: [8080],
  keepAliveMs: Number(process.env["KEEP_ALIVE_MS"] ?? 0),
});

const words: Readonly<Record<string, () => Promise<string>>> = {
  start: async () => {
    environment = await CleanroomEnvironment.start({ services: { web } }, { rootDirectory: process.argv[2] ?? "" });
    return environment.connections["web"]?.id ?? "";
  },
  block: () => {
    process.stdout.write("blocked\n");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000);
    return Promise.resolve("unblocked");
  },
  end: async () => {
    const report = await environment?.cleanup();
    return report?.containers.map(({ outcome }) => outcome).join() ?? "";
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
