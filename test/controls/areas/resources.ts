import type { Control, NamedTest, Off } from "../control.ts";

const engineClient = "src/backend/engine-api/engine-client.ts";
const reading = "src/resources/resource-reading.ts";
const actions = "src/coordinator/supervision/rule-actions.ts";

/** What containers use, and rules on it. */
export const resources: readonly Control[] = [
  {
    row: 34,
    feature: "what is used is told at every interval",
    test: named("monitor() > tells of every interval, and of each container apart"),
    off: change("src/resources/resource-monitor.ts", "(missed + 1) * intervalMs", "(missed + 2) * intervalMs"),
  },
  {
    row: 34,
    feature: "an engine elsewhere tells by itself",
    test: named("monitor() > takes from an engine elsewhere what that tells by itself, and asks once"),
    off: change("src/resources/stats-stream.ts", "if (stats.pids === 0)", "if (this.#last !== undefined)"),
  },
  {
    row: 35,
    feature: "processor time is measured",
    test: named(
      "monitor() > tells of the processor what the limit leaves of it, and of one that is idle next to nothing",
    ),
    off: change(reading, "usedMs: now.cpuUsedMs", "usedMs: now.atMs"),
  },
  {
    row: 36,
    feature: "memory is measured",
    test: named("monitor() > tells of memory what is held, its limit, and the most that was held"),
    off: change(reading, "    memory: now.memory,", "    memory: { ...now.memory, workingSetBytes: 0 },"),
  },
  {
    row: 37,
    feature: "the layer is measured",
    test: named("monitor() > tells what is in memory mounts, and the size of the layer to who wants it"),
    off: change(engineClient, "(await this.#ask(request, signal)).SizeRw", "(await this.#ask(request, signal)) && 1"),
  },
  {
    row: 38,
    feature: "the network is measured",
    test: named("monitor() > tells what went over the network, and nothing of one that has none"),
    off: change(reading, "network: networkBetween(before, now, passedMs), ", ""),
  },
  {
    row: 38,
    feature: "no network is not one without traffic",
    test: named("monitor() > tells what went over the network, and nothing of one that has none"),
    off: change("src/resources/cgroup/network-counters.ts", ' || name === "lo"', ""),
  },
  {
    row: 44,
    feature: "a rule throttles",
    test: named("a rule > has a container throttled while it runs, which shows in the engine and in what it uses"),
    off: change(actions, "return caretaker.update(id, { cpuCores: rule.toCpuCores });", "return;"),
  },
  {
    row: 45,
    feature: "a rule rests after it has acted",
    test: named("a rule > alerts once in a cooldown, by an event and a web hook; below its threshold nothing happens"),
    off: change("src/resources/rule-tracker.ts", "nowMs - this.#actedAtMs >= cooldownMs", "nowMs >= this.#actedAtMs"),
  },
  {
    row: 45,
    feature: "a rule posts to its web hook",
    test: named("a rule > alerts once in a cooldown, by an event and a web hook; below its threshold nothing happens"),
    off: change(actions, "if (webhook === undefined) return;", "if (webhook !== undefined) return;"),
  },
  {
    row: 45,
    feature: "a rule restarts",
    test: named("a rule > restarts the same container, which then uses less"),
    off: change(actions, "return restarts.restart(service, describeBreach(breach));", "return;"),
  },
  {
    row: 45,
    feature: "a rule kills",
    test: named(
      "a rule > kills, and the service has failed with what was seen; another with the same rule and less use goes on",
    ),
    off: change(actions, "return kill(service, id);", "return;"),
  },
  {
    row: 41,
    feature: "a limit of the disk is kept by a monitor",
    test: named("a rule > keeps a limit of the disk that the engine cannot keep"),
    off: change("src/resources/limit-rules.ts", 'disk.by === "engine"', 'disk.by !== "engine"'),
  },
];

function named(name: string): NamedTest {
  return { project: "docker", file: "test/docker/resources.test.ts", name };
}

function change(file: string, find: string, replace: string): Off {
  return { file, find, replace };
}
