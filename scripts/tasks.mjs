import { inOrder, together } from "./context.mjs";
import { stopRememberedDaemon } from "./docker/daemon-state.mjs";
import { ensureBuild } from "./setup/build.mjs";
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ensureDocker } from "./setup/docker.mjs";
import { ensurePostgresImages } from "./setup/images.mjs";
import { ensurePrograms } from "./setup/programs.mjs";
import { useExampleImages, useOurImages } from "./setup/substitutions.mjs";

/**
 * @typedef {object} Task
 * @property {string} about - One line for the list of tasks.
 * @property {import("./context.mjs").Step} setUp - What must be there before the commands run.
 * @property {readonly (readonly string[])[]} commands - Run one after another until one fails. The first word is `node` or
 *   the command of an installed package; arguments of the task go to the last command.
 * @property {string} [epilogue] - Said when all commands succeeded.
 */

const built = inOrder(ensureDependencies, ensureBuild);
const builtWithOurImages = together(built, inOrder(ensureDocker, useOurImages));
const builtWithExampleImages = together(built, inOrder(ensureDocker, useExampleImages));

/** The picture in the guide about starts. */
const TIMELINES = "docs/guides/timelines.svg";

/** What `npm run quickstart` shows, in this order. */
const QUICKSTART_COMMANDS = [
  ["vitest", "run", "--root", "examples/shop"],
  ["vitest", "run", "--root", "examples"],
  ["node", "--import", "./scripts/await-using.mjs", "examples/bare-api/main.ts"],
];

const QUICKSTART_EPILOGUE = `
The examples just ran against real PostgreSQL and Redis servers, every test with data of its own; all of it is gone again.
Read examples/shop next: a configuration, a fixture and tests, as they would be in a project of yours.
README.md explains the rest, and \`npx cleanroom --help\` is the command line.`;

/** @type {Readonly<Record<string, Task>>} */
export const tasks = {
  quickstart: {
    about: "run the examples",
    setUp: builtWithExampleImages,
    commands: QUICKSTART_COMMANDS,
    epilogue: QUICKSTART_EPILOGUE,
  },
  test: {
    about: "run all tests; arguments go to vitest",
    setUp: inOrder(builtWithOurImages, ensurePrograms),
    commands: [["vitest", "run"]],
  },
  "test:postgres": {
    about: "run the tests of Postgres on every major version; arguments are versions",
    setUp: inOrder(builtWithOurImages, ensurePostgresImages),
    commands: [["node", "scripts/test-postgres.mjs"]],
  },
  "test:crash": {
    about: "kill processes and look at what is left; arguments go to test/crash/run.ts",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "test/crash/run.ts"]],
  },
  "test:soak": {
    about: "ten minutes of processes that come, go and die; arguments go to test/crash/soak/run.ts",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "test/crash/soak/run.ts"]],
  },
  "test:controls": {
    about: "switch features off and see their tests fail; arguments go to test/controls/run.ts",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "test/controls/run.ts"]],
  },
  "test:faults": {
    about: "ten minutes of faults in containers that are watched; arguments go to test/crash/faults/run.ts",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "test/crash/faults/run.ts"]],
  },
  check: {
    about: "format, lint, types, dead code, package",
    setUp: ensureDependencies,
    commands: [["node", "scripts/check.mjs"]],
  },
  bench: {
    about: "measure; arguments go to bench/run.ts",
    setUp: builtWithOurImages,
    commands: [["node", "bench/run.ts"]],
  },
  timelines: {
    about: "draw docs/guides/timelines.svg from real starts",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "bench/timelines/run.ts", TIMELINES]],
  },
  "bench:workers": {
    about: "measure 16 workers of vitest and of Jest",
    setUp: builtWithOurImages,
    commands: [["node", "--import", "./scripts/await-using.mjs", "bench/workers/run.ts"]],
  },
  build: {
    about: "build dist; arguments go to tsup",
    setUp: ensureDependencies,
    commands: [["tsup"]],
  },
  "stop-docker": {
    about: "stop the Docker engine, if a task started it",
    setUp: stopRememberedDaemon,
    commands: [],
  },
};
