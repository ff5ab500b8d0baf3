import assert from "node:assert/strict";
import type { BackendFact } from "./fact.ts";
import { assertRefused, created, started } from "./given.ts";

const PATIENT_MS = 20_000;
const content = "first line\nsecond line\n";
const file = {
  path: "/etc/contract/file.txt",
  contentBase64: Buffer.from(content).toString("base64"),
  mode: 0o640,
  isSecret: false,
};

/** Facts about what can be seen and done inside a container. */
export const insideFacts: readonly BackendFact[] = [
  {
    name: "exec separates standard output, standard error and the exit code",
    run: async (context) => {
      await using container = await started(context);

      const result = await context.backend.exec(container.id, ["sh", "-c", "echo out; echo err >&2; exit 3"]);

      assert.deepEqual(result, { exitCode: 3, stdout: "out\n", stderr: "err\n" });
    },
  },
  {
    name: "exec passes arguments as they are, without a shell",
    run: async (context) => {
      await using container = await started(context);

      const { stdout } = await context.backend.exec(container.id, ["echo", "$HOME; 'a b'", "*"]);

      assert.equal(stdout, "$HOME; 'a b' *\n");
    },
  },
  {
    name: "exec takes an environment, a user and a directory",
    run: async (context) => {
      await using container = await started(context);
      const options = { env: { COLOUR: "blue" }, user: "65534", workingDirectory: "/tmp" };

      const { stdout } = await context.backend.exec(
        container.id,
        ["sh", "-c", 'echo "$COLOUR $(id -u) $(pwd)"'],
        options,
      );

      assert.equal(stdout, "blue 65534 /tmp\n");
    },
  },
  {
    name: "a program that is not in the image cannot be run",
    run: async (context) => {
      await using container = await started(context);

      await assertRefused(context.backend.exec(container.id, ["no-such-program"]), "command-not-runnable");
    },
  },
  {
    name: "nothing can be run in a container that has ended",
    run: async (context) => {
      await using container = await started(context);
      await context.backend.stop(container.id, PATIENT_MS);

      await assertRefused(context.backend.exec(container.id, ["true"]), "conflict");
    },
  },
  {
    name: "the environment of the spec reaches the container",
    run: async (context) => {
      await using container = await started(context, { env: { COLOUR: "a=b c" } });

      const { stdout } = await context.backend.exec(container.id, ["sh", "-c", 'echo "$COLOUR"']);

      assert.equal(stdout, "a=b c\n");
    },
  },
  {
    name: "logs hold what both streams said, and can be read after the end",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context, {
        env: { LOG: "to output", LOG_ERROR: "to error", EXIT_AFTER_MS: "1" },
      });
      await backend.waitForExit(container.id);

      assert.deepEqual((await backend.logs(container.id, 10)).split("\n").toSorted(), ["", "to error", "to output"]);
    },
  },
  {
    name: "logs can be limited to the last lines, which come in order",
    run: async (context) => {
      const { backend } = context;
      await using container = await started(context, { env: { LOG: "one\ntwo\nthree", EXIT_AFTER_MS: "1" } });
      await backend.waitForExit(container.id);

      assert.equal(await backend.logs(container.id, 2), "two\nthree\n");
    },
  },
  {
    name: "files of the spec are in the container before it starts, as they were given",
    run: async (context) => {
      const { backend } = context;
      await using container = await created(context, { files: [file] });

      assert.equal((await backend.readFile(container.id, file.path)).toString(), content);
      await backend.start(container.id);

      const { stdout } = await backend.exec(container.id, ["stat", "-c", "%a %s", file.path]);
      assert.equal(stdout, `640 ${content.length}\n`);
    },
  },
  {
    name: "a path is a file, a directory, or nothing",
    run: async (context) => {
      const { backend } = context;
      await using container = await created(context, { files: [file] });

      const seen = await backend.statFile(container.id, file.path);
      const directory = await backend.statFile(container.id, "/etc/contract");

      assert.equal(seen?.sizeBytes, content.length);
      assert.equal(seen.isDirectory, false);
      assert.equal(Number.isFinite(seen.modifiedAtMs), true);
      assert.equal(directory?.isDirectory, true);
      assert.equal(await backend.statFile(container.id, "/etc/contract/absent"), undefined);
    },
  },
  {
    name: "a file that is not there cannot be read",
    run: async (context) => {
      await using container = await created(context);

      await assertRefused(context.backend.readFile(container.id, "/absent"), "not-found");
    },
  },
];
