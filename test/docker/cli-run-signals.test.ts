import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import * as engine from "../support/engine.ts";
import { library, startCleanroom, startInTerminal, type RunningCleanroom } from "../support/run-cleanroom.ts";
import { images, test as base } from "../support/workspace.ts";

/** Says each signal that it gets. The first has it clean up in its database, which takes a moment, and end. */
const tidy = `
import pg from ${JSON.stringify(import.meta.resolve("pg"))};
const client = new pg.Client(process.env.DB_URL);
await client.connect();
let isFirst = true;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, async () => {
    console.log(signal);
    if (!isFirst) return;
    isFirst = false;
    await client.query("SELECT pg_sleep(0.5)");
    console.log("cleaned up");
    await client.end();
    process.exit(7);
  });
}
process.stdin.resume().once("end", () => process.exit()); // With whoever runs this test, at the latest.
console.log("ready", process.pid);
`;

/** Ends by no interrupt, and says so when the next is not taken for the same any more. */
const stubborn = `
process.on("SIGINT", () => setTimeout(() => console.log("SIGINT"), 400));
setInterval(() => undefined, 1000);
console.log("ready");
`;

/** Writes down each signal that it gets, and ends a moment after the first; by itself at the latest when nobody waits any more. */
const hungUp = `
import { appendFileSync } from "node:fs";
process.on("SIGHUP", () => {
  appendFileSync("signals", "SIGHUP\\n");
  setTimeout(() => process.exit(), 400);
});
setTimeout(() => process.exit(), 60_000);
console.log("ready");
`;

const test = base.extend("project", async ({ workspace }) => {
  const services = `db: postgres("${images.postgres}"), web: container("${images.service}", { ports: [8080] })`;
  await workspace.write({
    "cleanroom.config.mjs": `import { container, postgres } from ${library}; export default { services: { ${services} } };`,
    "slow.config.mjs": `import { container } from ${library};
      const web = container("${images.service}", { ports: [8080], env: { LISTEN_AFTER_MS: "60000" } });
      export default { services: { web } };`,
    "tidy.mjs": tidy,
    "stubborn.mjs": stubborn,
    "hung-up.mjs": hungUp,
  });
  return workspace;
});

/** Resolves once the command has said that it is ready. */
async function ready(run: RunningCleanroom): Promise<RunningCleanroom> {
  await run.prints(/ready/);
  return run;
}

describe("a signal that is sent to cleanroom", () => {
  test.for(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "%s reaches the command, once, and the services are there until that has ended",
    async (signal, { project }) => {
      const run = await ready(startCleanroom(project, "run", "--", process.execPath, "tidy.mjs"));

      run.child.kill(signal);

      const { code, output } = await run.ended;
      expect(output.split("\n").slice(1)).toEqual([signal, "cleaned up", ""]);
      expect(code).toBe(7);
      expect(await project.left()).toEqual([]);
    },
  );

  test("ends cleanroom as well when it ends the command", async ({ project }) => {
    const script = 'console.log("ready"); process.stdin.resume()';
    const run = await ready(startCleanroom(project, "run", "--service", "web", "--", process.execPath, "-e", script));

    run.child.kill("SIGTERM");

    expect(await run.ended).toMatchObject({ code: null, signal: "SIGTERM" });
    expect(await project.left()).toEqual([]);
  });

  test("while services start ends the start, and nothing is run", async ({ project }) => {
    const isStarted = engine.nextEvent(`dev.cleanroom.project=${project.directory}`, "start");
    const run = startCleanroom(project, "run", "--config", "slow.config.mjs", "--", "echo", "ran");
    await isStarted;

    run.child.kill("SIGINT");

    expect(await run.ended).toMatchObject({ code: null, signal: "SIGINT", output: "" });
    expect(await project.left()).toEqual([]);
  });

  test("twice, as an interrupt, ends a command that does not end by itself", async ({ project }) => {
    const command = ["--service", "web", "--", process.execPath, "stubborn.mjs"];
    const run = await ready(startCleanroom(project, "run", ...command));

    run.child.kill("SIGINT");
    await run.prints(/SIGINT/);
    expect(run.child.exitCode ?? run.child.signalCode).toBe(null); // Once does not: the control.
    run.child.kill("SIGINT");

    expect(await run.ended).toMatchObject({ code: null, signal: "SIGINT" });
    expect(await project.left()).toEqual([]);
  });
});

describe("Ctrl-C in a terminal", () => {
  test("is told the command by the terminal, and not once more", async ({ project, skip }) => {
    skip(process.platform !== "linux", "the program `script` of other systems has other options");
    skip(spawnSync("script", ["--version"]).status !== 0, "there is no program `script`");
    const run = await ready(startInTerminal(project, "run", "--quiet", "--", process.execPath, "tidy.mjs"));

    run.child.stdin?.write("\x03");

    const { code, output } = await run.ended;
    expect(output.match(/SIGINT|cleaned up/g)).toEqual(["SIGINT", "cleaned up"]);
    expect(code).toBe(7);
    expect(await project.left()).toEqual([]);
  });
});

describe("a terminal that is closed", () => {
  test("ends the command as well where cleanroom leads its session", async ({ project, skip }) => {
    skip(process.platform !== "linux", "only there it is known who leads");
    skip(spawnSync("script", ["--version"]).status !== 0, "there is no program `script`");
    const isGone = engine.nextEvent(`dev.cleanroom.project=${project.directory}`, "destroy");
    const command = ["--service", "web", "--", process.execPath, "hung-up.mjs"];
    const run = await ready(startInTerminal(project, "run", "--quiet", ...command));

    run.child.kill("SIGKILL");

    await isGone;
    expect(await readFile(join(project.directory, "signals"), "utf8")).toBe("SIGHUP\n");
    expect(await project.left()).toEqual([]);
  });
});

describe("a cleanroom that is killed", () => {
  test("takes the services with it, though not the command", async ({ project, onTestFinished }) => {
    const run = startCleanroom(project, "run", "--service", "web", "--", process.execPath, "stubborn.mjs");
    const signalGroup = (signal: NodeJS.Signals): true => process.kill(-(run.child.pid ?? 0), signal);
    onTestFinished(async () => {
      signalGroup("SIGKILL");
      await run.ended;
    });
    await ready(run);
    const isGone = engine.nextEvent(`dev.cleanroom.project=${project.directory}`, "destroy");
    expect(await project.containers()).toHaveLength(1);

    run.child.kill("SIGKILL");
    await isGone;

    expect(await project.left()).toEqual([]);
    signalGroup("SIGINT"); // The command is still there to be told, in the same process group.
    await run.prints(/SIGINT/);
  });
});
