import type { Control, NamedTest } from "../control.ts";

const runs = (name: string): NamedTest => ({ project: "docker", file: "test/docker/determinism.test.ts", name });
const place = (name: string): NamedTest => ({ project: "docker", file: "test/docker/place.test.ts", name });
const lock = (name: string): NamedTest => ({ project: "docker", file: "test/docker/lock.test.ts", name });

const alike = runs(
  "two runs with one seed > tell the same events, and have the same names, order and ports in the engine",
);

/** That two runs do the same. */
export const determinism: readonly Control[] = [
  {
    row: 84,
    feature: "each test of several workers has data of its own",
    test: {
      project: "docker",
      file: "test/docker/isolated-data.test.ts",
      name: "four workers of fifty tests, each of which inserts the same unique key, > into a database of its own, do not get in each other's way",
    },
    off: {
      file: "src/coordinator/parts/part-pool.ts",
      find: "this.#handOut(this.#idle.shift(), this.#waiting.shift());",
      replace: "this.#handOut(this.#idle[0], this.#waiting.shift());",
    },
  },
  {
    row: 85,
    feature: "services start and end one after the other where there is a seed",
    test: {
      project: "unit",
      file: "test/unit/environment/seed.test.ts",
      name: "two runs with one seed > start and stop one service after the other, what depends on others last and first",
    },
    off: {
      file: "src/seed/seeded-order.ts",
      find: "if (seed === undefined) return Promise.all(items.map(work));",
      replace: "if (items.length > 0) return Promise.all(items.map(work));",
    },
  },
  {
    row: 85,
    feature: "the order follows from the seed and nothing else",
    test: alike,
    off: {
      file: "src/seed/seeded-order.ts",
      find: 'rank: seededNumber(seed, ["order", nameOf(item)])',
      replace: "rank: Math.random()",
    },
  },
  {
    row: 85,
    feature: "the names of containers follow from the seed",
    test: alike,
    off: {
      file: "src/coordinator/container-names.ts",
      find: "if (seed === undefined) return",
      replace: 'if (seed !== "") return',
    },
  },
  {
    row: 85,
    feature: "host ports follow from the seed",
    test: alike,
    off: {
      file: "src/container/seeded-ports.ts",
      find: "if (seed === undefined || ",
      replace: 'if (seed !== "" || ',
    },
  },
  {
    row: 85,
    feature: "a port that is taken is passed over",
    test: runs("two runs at the same time with one seed do not collide"),
    off: {
      file: "src/container/seeded-ports.ts",
      find: "const PORTS = 12_000;",
      replace: "const PORTS = 1;",
    },
  },
  {
    row: 85,
    feature: "time zone and locale are those of every container",
    test: place("time zone and locale > are those of every container"),
    off: {
      file: "src/services/plan-spec.ts",
      find: "env: placed(env)",
      replace: "env: { ...known, ...env }",
    },
  },
  {
    row: 85,
    feature: "PostgreSQL's sessions have the time zone",
    test: place("time zone and locale > of PostgreSQL are those of its sessions as well"),
    off: {
      file: "src/services/postgres/postgres-plan.ts",
      find: "const place = hasZone ?",
      replace: 'const place = hasZone && timeZone === "" ?',
    },
  },
  {
    row: 85,
    feature: "a locked image runs whatever its name stands for",
    test: lock("a lock > has what it says run, though the name stands for another image by now"),
    off: {
      file: "src/lock/image-pins.ts",
      find: "if (locked !== undefined) return",
      replace: "if (locked === pins.lock) return",
    },
  },
  {
    row: 85,
    feature: "frozen refuses an image that is not the locked one",
    test: lock("frozen > what stands for another image is refused before anything starts"),
    off: {
      file: "src/environment/prepare-context.ts",
      find: "if (!pins.isFrozen) return;",
      replace: 'if (pins.directory !== "") return;',
    },
  },
  {
    row: 85,
    feature: "frozen refuses an image that is not locked",
    test: lock("frozen > what is not locked is refused, in the configuration and out of it"),
    off: {
      file: "src/lock/image-pins.ts",
      find: "if (pins.isFrozen && ",
      replace: 'if (pins.directory === "" && ',
    },
  },
  {
    row: 85,
    feature: "frozen lets images start that are built from a Dockerfile",
    test: lock("frozen > what is built from a Dockerfile starts, as no registry has it"),
    off: {
      file: "src/environment/locked-images.ts",
      find: '"build" in options && options.build !== undefined',
      replace: "false",
    },
  },
];
