import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { ExitedEarly } from "../../../src/container/while-running.ts";
import { CleanroomError } from "../../../src/errors/cleanroom-error.ts";
import * as entry from "../../../src/index.ts";
import {
  CapacityError,
  CleanupError,
  ConfigurationError,
  CoordinatorError,
  CreationError,
  EngineRequestError,
  EngineUnavailableError,
  ExitError,
  HealthError,
  IsolationError,
  LifecycleError,
  MigrationError,
  ProbeError,
  ResourceError,
  StartError,
  TimeoutError,
  UnsupportedError,
} from "../../../src/index.ts";

type Case = readonly [what: string, error: CleanroomError, code: string, message: string];

const health = {
  container: "web",
  probe: "http GET :8080/ready",
  elapsedMs: 60_000.4,
  attempts: 240,
  lastResults: ["connect ECONNREFUSED 127.0.0.1:49152", "status 503"],
  logTail: "booting\nstill booting\n",
};
const start = { container: "db", image: "postgres:17-alpine", elapsedMs: 412.6, logTail: "" };
const killed = { container: "db", outcome: "killed", logTail: "" } as const;
const refused = { container: "db", outcome: "refused", logTail: "" } as const;
const outOfMemory = { ...killed, resource: "memory", option: "limits.memoryBytes" } as const;
const creation = { container: "db", image: "postgres:17-alpine", reason: "the engine's words" };

const cases: readonly Case[] = [
  [
    "no room for another container",
    new CapacityError({ container: "db", maxContainers: 2, holders: ["a: node x.js (pid 7)", "b: node y.js (pid 8)"] }),
    "CLEANROOM_CAPACITY",
    "db cannot start: all 2 containers that `capacity.maxContainers` allows are in use.\n" +
      "  a: node x.js (pid 7)\n  b: node y.js (pid 8)\n" +
      'Raise it, or set `capacity.whenFull` to "wait".',
  ],
  [
    "a coordinator that cannot be had",
    new CoordinatorError({
      problem: "The coordinator ended before it could be reached.",
      log: "/state/coordinator.log",
    }),
    "CLEANROOM_COORDINATOR",
    "The coordinator ended before it could be reached.\n" +
      "Its log is /state/coordinator.log.\n" +
      'Set CLEANROOM_STATE_DIR to a directory of your own, or `coordination: "in-process"` to share nothing between processes.',
  ],
  [
    "one failed release",
    new CleanupError([new LifecycleError("it is stuck")]),
    "CLEANROOM_CLEANUP",
    "1 release failed; everything else was given back:\n  it is stuck",
  ],
  [
    "several failed releases, whatever they threw",
    new CleanupError([new LifecycleError("it is stuck"), "a string"]),
    "CLEANROOM_CLEANUP",
    "2 releases failed; everything else was given back:\n  it is stuck\n  a string",
  ],
  [
    "problems at their places",
    new ConfigurationError({
      origin: "db, a postgres(),",
      problems: [
        { path: "options.databse", message: "is not an option; did you mean `database`?" },
        { path: "", message: "is too much" },
      ],
    }),
    "CLEANROOM_CONFIGURATION",
    "db, a postgres(), is not valid:\n  options.databse: is not an option; did you mean `database`?\n  is too much",
  ],
  [
    "an image that does not exist",
    new CreationError({ ...creation, failure: "image-not-found" }),
    "CLEANROOM_IMAGE_NOT_FOUND",
    "db could not be created from postgres:17-alpine: the engine's words\n" +
      "Check the name and the tag, or build it first. Where nothing can be pulled, set CLEANROOM_IMAGE_SUBSTITUTIONS.",
  ],
  [
    "an image that is not ours to pull",
    new CreationError({ ...creation, failure: "image-unauthorized" }),
    "CLEANROOM_IMAGE_UNAUTHORIZED",
    "db could not be created from postgres:17-alpine: the engine's words\n" +
      "Log in to the registry (docker login) with an account that may pull it.",
  ],
  [
    "a registry that does not answer",
    new CreationError({ ...creation, failure: "registry-unreachable" }),
    "CLEANROOM_REGISTRY_UNREACHABLE",
    "db could not be created from postgres:17-alpine: the engine's words\n" +
      "Check the network, pull the image beforehand, or set CLEANROOM_IMAGE_SUBSTITUTIONS to an image that is present.",
  ],
  [
    "a name that is taken",
    new CreationError({ ...creation, failure: "name-conflict" }),
    "CLEANROOM_NAME_CONFLICT",
    "db could not be created from postgres:17-alpine: the engine's words\n" +
      "Another container has this name; remove it.",
  ],
  [
    "a port that is taken",
    new CreationError({ ...creation, failure: "port-in-use" }),
    "CLEANROOM_PORT_IN_USE",
    "db could not be created from postgres:17-alpine: the engine's words\n" +
      "Leave out `hostPort` to get a free port, or stop what listens on it.",
  ],
  [
    "a command of `init` that failed",
    new CreationError({ ...creation, failure: "init-failed", reason: "`init.0` failed", exitCode: 1, output: "no" }),
    "CLEANROOM_INIT_FAILED",
    "db could not be created from postgres:17-alpine: `init.0` failed\nIts last lines:\n  no\n" +
      "The commands of `init` run in the container, without a shell, once it is ready. It has been removed.",
  ],
  [
    "options that the engine refused",
    new CreationError({ ...creation, failure: "refused" }),
    "CLEANROOM_CREATION_REFUSED",
    "db could not be created from postgres:17-alpine: the engine's words\nCheck the options of this service.",
  ],
  [
    "a call that the engine refused",
    new EngineRequestError({ operation: "start the container", refusal: "other", reason: "no space left on device" }),
    "CLEANROOM_ENGINE_REQUEST",
    "The engine refused to start the container: no space left on device",
  ],
  [
    "an engine that does not answer",
    new EngineUnavailableError({
      endpoint: "tcp://10.0.0.1:2375",
      origin: "DOCKER_HOST",
      reason: "connect ECONNREFUSED 10.0.0.1:2375",
    }),
    "CLEANROOM_ENGINE_UNAVAILABLE",
    "No container engine answers at tcp://10.0.0.1:2375 (from DOCKER_HOST): connect ECONNREFUSED 10.0.0.1:2375.\n" +
      "Start Docker, or point DOCKER_HOST at an engine that runs. Cleanroom never falls back to another engine.",
  ],
  [
    "an engine that this user may not use",
    new EngineUnavailableError({
      endpoint: "unix:///var/run/docker.sock",
      origin: "the defaults",
      reason: "connect EACCES /var/run/docker.sock",
    }),
    "CLEANROOM_ENGINE_UNAVAILABLE",
    "No container engine answers at unix:///var/run/docker.sock (from the defaults): connect EACCES /var/run/docker.sock.\n" +
      "This user may not use its socket. On Linux, members of the group `docker` may: " +
      "`sudo usermod -aG docker $USER`, then log in again.",
  ],
  [
    "a service that never became healthy",
    new HealthError(health),
    "CLEANROOM_HEALTH_TIMEOUT",
    "web was not healthy after 60000 ms (http GET :8080/ready, 240 attempts).\n" +
      "Last seen: connect ECONNREFUSED 127.0.0.1:49152; status 503.\n" +
      "Raise `startTimeoutMs` if it only needs longer; otherwise check `health` and the logs.\n" +
      "Its last log lines:\n  booting\n  still booting",
  ],
  [
    "a service that was tried once, and said nothing",
    new HealthError({ ...health, attempts: 1, lastResults: [], logTail: "" }),
    "CLEANROOM_HEALTH_TIMEOUT",
    "web was not healthy after 60000 ms (http GET :8080/ready, 1 attempt).\n" +
      "Raise `startTimeoutMs` if it only needs longer; otherwise check `health` and the logs.\n" +
      "It logged nothing.",
  ],
  [
    "a service that has no room left",
    new IsolationError({
      container: "cache",
      failure: "exhausted",
      reason: "All 14 isolated databases of cache are in use.",
      hint: "Dispose what `isolate()` returned (`await using` does), or raise `databases`.",
    }),
    "CLEANROOM_ISOLATION_EXHAUSTED",
    "All 14 isolated databases of cache are in use.\n" +
      "Dispose what `isolate()` returned (`await using` does), or raise `databases`.",
  ],
  [
    "a service that is gone",
    new IsolationError({
      container: "db",
      failure: "failed",
      reason: "connect ECONNREFUSED 127.0.0.1:5432",
      hint: "See whether it still runs, and what its `logs()` say.",
    }),
    "CLEANROOM_ISOLATION_FAILED",
    "db could not be isolated: connect ECONNREFUSED 127.0.0.1:5432\n" +
      "See whether it still runs, and what its `logs()` say.",
  ],
  [
    "something used too late",
    new LifecycleError("db was asked for after the environment's cleanup."),
    "CLEANROOM_LIFECYCLE",
    "db was asked for after the environment's cleanup.",
  ],
  [
    "a migration that failed at a line",
    new MigrationError({
      container: "db",
      file: "sql/002.sql",
      line: 4,
      reason: 'relation "order" does not exist',
      hint: "Perhaps you meant orders.",
    }),
    "CLEANROOM_MIGRATION",
    'A migration of db failed at sql/002.sql:4: relation "order" does not exist\nHint: Perhaps you meant orders.',
  ],
  [
    "a migration that failed somewhere",
    new MigrationError({ container: "db", file: "sql/002.sql", reason: "out of memory" }),
    "CLEANROOM_MIGRATION",
    "A migration of db failed at sql/002.sql: out of memory",
  ],
  [
    "an extension that could not be created",
    new MigrationError({ container: "db", extension: "pg_cron", reason: "it must be preloaded" }),
    "CLEANROOM_MIGRATION",
    "The extension pg_cron of db could not be created: it must be preloaded",
  ],
  [
    "a migrating command that failed",
    new MigrationError({
      container: "db",
      command: ["npx", "drizzle-kit", "migrate"],
      exitCode: 1,
      reason: "it exited with code 1",
      output: "reading\nno such table",
    }),
    "CLEANROOM_MIGRATION",
    "Migrating db with `npx drizzle-kit migrate` failed: it exited with code 1\n" +
      "Its last lines:\n  reading\n  no such table",
  ],
  [
    "a migrating command that failed without a word",
    new MigrationError({
      container: "db",
      command: ["false"],
      exitCode: 1,
      reason: "it exited with code 1",
      output: "",
    }),
    "CLEANROOM_MIGRATION",
    "Migrating db with `false` failed: it exited with code 1\nIt printed nothing.",
  ],
  [
    "a migrating function that failed",
    new MigrationError({ container: "db", reason: "no such table", hint: "Ask for more rights." }),
    "CLEANROOM_MIGRATION",
    "Migrating db failed: no such table\nHint: Ask for more rights.",
  ],
  ["what a probe saw", new ProbeError("status 503"), "CLEANROOM_PROBE_FAILED", "status 503"],
  [
    "a container that was killed at its limit of memory",
    new ResourceError({ ...outOfMemory, limit: 6_291_456, logTail: "loading\n" }),
    "CLEANROOM_OUT_OF_MEMORY",
    "db was killed because it used more memory than its limit of 6291456 bytes.\n" +
      "Raise `limits.memoryBytes`, or make it use less.\n" +
      "Its last log lines:\n  loading",
  ],
  [
    "a container that used up the machine",
    new ResourceError(outOfMemory),
    "CLEANROOM_OUT_OF_MEMORY",
    "db was killed because it used more memory than the machine's memory.\n" +
      "Raise `limits.memoryBytes`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container that could start no more processes",
    new ResourceError({ ...refused, resource: "pids", option: "limits.pids", limit: 20 }),
    "CLEANROOM_OUT_OF_PROCESSES",
    "db could not go on because it needed more processes and threads than its limit of 20.\n" +
      "Raise `limits.pids`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container whose directory was full",
    new ResourceError({ ...refused, resource: "disk", option: "mounts.sizeBytes", limit: 1_048_576, path: "/data" }),
    "CLEANROOM_OUT_OF_DISK",
    "db could not go on because it needed more disk than its limit of 1048576 bytes at /data.\n" +
      "Raise `mounts.sizeBytes`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container of which one of several directories was full",
    new ResourceError({ ...refused, resource: "disk", option: "mounts.sizeBytes" }),
    "CLEANROOM_OUT_OF_DISK",
    "db could not go on because it needed more disk than it may.\n" +
      "Raise `mounts.sizeBytes`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container that was seen to use too much of a core",
    new ResourceError({ ...killed, resource: "cpu", option: "resources", limit: 0.5, observed: 0.98 }),
    "CLEANROOM_OUT_OF_CPU",
    "db was killed because it used more CPU than its limit of 0.5 cores (it was at 0.98 cores).\n" +
      "Raise `resources`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container that was seen to send too much",
    new ResourceError({ ...killed, resource: "network", option: "resources", limit: 8_000, observed: 9_000 }),
    "CLEANROOM_OUT_OF_NETWORK",
    "db was killed because it used more network than its limit of 8000 bits per second (it was at 9000 bits per second).\n" +
      "Raise `resources`, or make it use less.\n" +
      "It logged nothing.",
  ],
  [
    "a container that ended too early",
    new StartError({ ...start, exitCode: 1, logTail: "FATAL: no space left on device\n" }),
    "CLEANROOM_EXITED_AT_START",
    "db (postgres:17-alpine) exited with code 1 after 413 ms, before it was ready.\n" +
      "Its last log lines:\n  FATAL: no space left on device",
  ],
  [
    "a command that cannot be run",
    new StartError({ ...start, reason: 'exec: "postgress": executable file not found in $PATH' }),
    "CLEANROOM_COMMAND_NOT_RUNNABLE",
    'db (postgres:17-alpine) could not be started: exec: "postgress": executable file not found in $PATH\n' +
      "Check its `command`, `entrypoint` and `user`.",
  ],
  [
    "a command that cannot be run, for no reason given",
    new StartError(start),
    "CLEANROOM_COMMAND_NOT_RUNNABLE",
    "db (postgres:17-alpine) could not be started: the engine gave no reason\n" +
      "Check its `command`, `entrypoint` and `user`.",
  ],
  [
    "a container that ended while it was in use",
    new ExitError({ container: "db", exitCode: 3, logTail: "PANIC\n" }),
    "CLEANROOM_EXITED_WHILE_RUNNING",
    "db exited with code 3 while it was in use.\nIts last log lines:\n  PANIC",
  ],
  [
    "a container that was killed while it was in use",
    new ExitError({ container: "db", exitCode: 137, logTail: "" }),
    "CLEANROOM_EXITED_WHILE_RUNNING",
    "db exited with code 137 while it was in use.\nThat code means it was killed.\nIt logged nothing.",
  ],
  [
    "something that took too long",
    new TimeoutError({ operation: "start and initialise db", timeoutMs: 1_500.2, elapsedMs: 1_501 }),
    "CLEANROOM_TIMEOUT",
    "Could not start and initialise db within 1500 ms.",
  ],
  [
    "something that cannot be done",
    new UnsupportedError("cache is on no network that other containers share."),
    "CLEANROOM_UNSUPPORTED",
    "cache is on no network that other containers share.",
  ],
  ["a process that ended", new ExitedEarly(3), "CLEANROOM_EXITED", "exited with code 3"],
];

describe("what an error says", () => {
  test.for(cases)("%s", ([, error, code, message]) => {
    expect({ message: error.message, code: error.code }).toEqual({ message, code });
  });
});

describe("every error class", () => {
  const classes = Object.values(entry).filter(
    (value) => typeof value === "function" && value.prototype instanceof CleanroomError,
  );

  test("is in the list above, and exported", () => {
    const listed = new Set(cases.map(([, error]) => error.constructor.name));
    const inFolder = readdirSync(new URL("../../../src/errors", import.meta.url)).filter((file) =>
      /-error\.ts$/.test(file),
    );

    expect(classes.map(({ name }) => name).filter((name) => !listed.has(name))).toEqual([]);
    expect(classes).toHaveLength(inFolder.length - 1); // All but the base.
  });

  test.for(cases)("has the name of its class: %s", ([, error]) => {
    expect(error.name).toBe(error.constructor.name);
    expect(Object.keys(error)).not.toContain("name");
    expect(String(error)).toBe(`${error.name}: ${error.message}`);
  });

  test("keeps its cause", () => {
    const cause = new ProbeError("status 503");

    expect(new HealthError(health, cause).cause).toBe(cause);
    expect(new UnsupportedError("no", cause).cause).toBe(cause);
    expect(new CleanupError([cause, "another"]).cause).toBe(cause);
  });

  test("keeps its details as they were given", () => {
    expect(new HealthError(health).details).toEqual(health);
    expect(new CleanupError(["a", "b"]).errors).toEqual(["a", "b"]);
  });
});
