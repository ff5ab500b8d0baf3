import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../..", import.meta.url));

/** An image that has to be pulled first: what one entry refuses, the other must recognise. */
const use = `
  const backend = new FakeBackend({ images: {}, registry: { "app:1": {} } });
  CleanroomEnvironment.start({ services: { app: container("app:1", { health: false }) } }, { backend })
    .then((environment) => environment.cleanup())
    .then(({ containers }) => console.log(containers.map(({ outcome }) => outcome).join()));
`;

const forms = {
  "in CommonJS, where each has a copy of the code": [
    "commonjs",
    `const { CleanroomEnvironment, container } = require("cleanroom-test");
     const { FakeBackend } = require("cleanroom-test/testing");`,
  ],
  "in ES modules, where they share it": [
    "module",
    `import { CleanroomEnvironment, container } from "cleanroom-test";
     import { FakeBackend } from "cleanroom-test/testing";`,
  ],
} as const;

test.for(Object.entries(forms))("the entries know each other's errors %s", async ([, [type, load]]) => {
  const args = [`--input-type=${type}`, "--eval", load + use];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: repository, timeout: 30_000 });
  expect({ stdout, stderr }).toEqual({ stdout: "stopped\n", stderr: "" });
});
