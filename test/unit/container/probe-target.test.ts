import { describe, expect, test } from "vitest";
import { memoryMountsOf, probeTarget } from "../../../src/container/probe-target.ts";
import type { ContainerReach } from "../../../src/container/probe-target.ts";
import { ConfigurationError } from "../../../src/index.ts";
import { FakeBackend } from "../../../src/testing/index.ts";
import { specWith } from "../support/specs.ts";

const reach: ContainerReach = {
  name: "app",
  id: "1",
  host: "127.0.0.1",
  ports: { "8080/tcp": 49_152, "53/udp": 49_153 },
  isEngineLocal: true,
  memoryMounts: [],
};

function target(differences: Partial<ContainerReach> = {}) {
  return probeTarget({ ...reach, ...differences }, new FakeBackend());
}

describe("a port", () => {
  test("is the one on the host", () => {
    expect(target().hostPort(8080)).toBe(49_152);
  });

  test("that is not published is told, with those that are", () => {
    const problem = (published: string, port: number): ConfigurationError =>
      new ConfigurationError({
        origin: "app",
        problems: [
          {
            path: "ports",
            message: `port ${port}/tcp is not published (published: ${published}); add it to \`ports\``,
          },
        ],
      });

    expect(() => target().hostPort(53)).toThrow(problem("8080/tcp, 53/udp", 53));
    expect(() => target({ ports: {} }).hostPort(1)).toThrow(problem("none", 1));
  });
});

describe("a container's own address", () => {
  test("is used where it lies in a network of this machine", () => {
    expect(target({ address: "127.0.0.2" }).directAddress).toBe("127.0.0.2");
  });

  test("is not used where it lies in no network of this machine, or the engine is elsewhere", () => {
    expect(target({ address: "203.0.113.1" }).directAddress).toBeUndefined();
    expect(target().directAddress).toBeUndefined();
    expect(target({ address: "127.0.0.2", isEngineLocal: false }).directAddress).toBeUndefined();
  });
});

describe("a path", () => {
  const spec = specWith({
    mounts: [
      { type: "tmpfs", target: "/run/cache/" },
      { type: "volume", source: "data", target: "/data", isReadOnly: false },
    ],
  });
  const { isInMemory } = target({ memoryMounts: memoryMountsOf(spec) });

  test.for(["/run/cache", "/run/cache/a", "/run/../run/cache/a/b", "/proc/1/status", "/dev/shm/x", "/sys"])(
    "%s lies in memory",
    (path) => {
      expect(isInMemory(path)).toBe(true);
    },
  );

  test.for(["/run", "/run/cached", "/data/a", "/processes", "/run/cache/../a"])("%s does not", (path) => {
    expect(isInMemory(path)).toBe(false);
  });
});
