/**
 * At the word `start`, starts a service of its own from the image that `IMAGE` names. Says `pulling` when it begins to fetch that,
 * and the id of the container, or `failed: ` and why.
 */
import { createInterface } from "node:readline";
import { CleanroomEnvironment, container } from "../../../../src/index.ts";

process.stdout.write("there\n");
for await (const word of createInterface({ input: process.stdin })) {
  if (word !== "start") break;
  const environment = await CleanroomEnvironment.open({ services: {} }, { rootDirectory: process.argv[2] ?? "" });
  let isPulling = false;
  environment.on("image:pulling", () => {
    if (!isPulling) process.stdout.write("pulling\n");
    isPulling = true;
  });
  const image = process.env["IMAGE"] ?? "";
  try {
    const web = await environment.getOrCreateContainer("web", () => container(image, { scope: "process" }));
    process.stdout.write(`${web.id}\n`);
  } catch (error) {
    process.stdout.write(`failed: ${String(error)}\n`);
  }
  await environment.cleanup();
}
process.exit();
