import { expect, test } from "vitest";
import { RedisContainer } from "../../../../src/services/redis/redis-container.ts";
import { outcomeOf } from "../../support/outcome.ts";

const connection = {
  name: "cache",
  id: "1",
  image: "redis:8",
  key: "k",
  host: "127.0.0.1",
  ports: { "6379/tcp": 1 },
  details: { password: "", databases: "16" },
};

const access = {
  state: (): "running" => "running",
  exec: () => Promise.reject(new Error("asked")),
  takePart: () => Promise.reject(new Error("asked")),
  givePart: () => Promise.reject(new Error("asked")),
  logs: () => Promise.resolve(""),
  stats: () => Promise.resolve({ memoryBytes: 1, cpuTimeMs: 2, pids: 3 }),
  monitor: () => {
    throw new Error("nobody looks");
  },
} as const;

test.for([-1, 15, 16, 1.5, Number.NaN])(
  "database %d cannot be emptied: it is not one of the user's",
  async (database) => {
    const cache = new RedisContainer(connection, access);

    expect(await outcomeOf(cache.flush(database))).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: `cache is not valid:\n  flush: there is no database ${database}; they are 0 to 14`,
    });
  },
);
