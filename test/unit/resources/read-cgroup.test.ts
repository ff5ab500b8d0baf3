import { expect, test } from "vitest";
import { readVersion1 } from "../../../src/resources/cgroup/cgroup-v1.ts";
import { readVersion2 } from "../../../src/resources/cgroup/cgroup-v2.ts";
import { interfacesIn } from "../../../src/resources/cgroup/network-counters.ts";

const version1: Readonly<Record<string, string>> = {
  "cpuacct.usage": "31188945\n",
  "cpu.cfs_quota_us": "50000\n",
  "cpu.cfs_period_us": "100000\n",
  "memory.usage_in_bytes": "4000000\n",
  "memory.max_usage_in_bytes": "5000000\n",
  "memory.stat":
    "cache 9\ninactive_file 7\nhierarchical_memory_limit 67108864\ntotal_inactive_file 1000000\ntotal_shmem 8\n",
  "blkio.throttle.io_service_bytes": "8:0 Read 100\n8:0 Write 20\n8:16 Read 5\n8:16 Write 0\nTotal 125\n",
  "pids.current": "3\n",
  "pids.max": "20\n",
  "pids.events": "max 4\n",
};

const version2: Readonly<Record<string, string>> = {
  "cpu.stat": "usage_usec 31188\nuser_usec 1\n",
  "cpu.max": "50000 100000\n",
  "memory.current": "4000000\n",
  "memory.peak": "5000000\n",
  "memory.max": "67108864\n",
  "memory.stat": "anon 9\ninactive_file 1000000\nshmem 8\n",
  "io.stat": "8:0 rbytes=100 wbytes=20 rios=1 wios=1 dbytes=0 dios=0\n8:16 rbytes=5 wbytes=0 rios=1\n",
  "pids.current": "3\n",
  "pids.max": "20\n",
  "pids.events": "max 4\n",
};

const limited = {
  atMs: 7,
  cpuLimitCores: 0.5,
  memory: { workingSetBytes: 3_000_000, peakBytes: 5_000_000, limitBytes: 67_108_864 },
  disk: { readBytes: 105, writtenBytes: 20, tmpfsBytes: 8 },
  pids: { current: 3, limit: 20, refused: 4 },
};

test("both versions tell the same", () => {
  expect(readVersion1((name) => version1[name], 7)).toEqual({ ...limited, cpuUsedMs: 31.188945 });
  expect(readVersion2((name) => version2[name], 7)).toEqual({ ...limited, cpuUsedMs: 31.188 });
});

test("what is not limited or not counted is absent, never 0", () => {
  const bare = { atMs: 7, memory: { workingSetBytes: 3_000_000 }, disk: {}, pids: { current: 3 } };
  const ofVersion1: Readonly<Record<string, string>> = {
    "cpuacct.usage": "0\n",
    "cpu.cfs_quota_us": "-1\n",
    "cpu.cfs_period_us": "100000\n",
    "memory.usage_in_bytes": "4000000\n",
    "memory.stat": "hierarchical_memory_limit 9223372036854771712\ntotal_inactive_file 1000000\n",
    "blkio.throttle.io_service_bytes": "Total 0\n",
    "pids.current": "3\n",
    "pids.max": "max\n",
  };
  const ofVersion2: Readonly<Record<string, string>> = {
    "cpu.stat": "usage_usec 0\n",
    "cpu.max": "max 100000\n",
    "memory.current": "4000000\n",
    "memory.max": "max\n",
    "memory.stat": "inactive_file 1000000\n",
    "io.stat": "\n",
    "pids.current": "3\n",
    "pids.max": "max\n",
  };

  expect(readVersion1((name) => ofVersion1[name], 7)).toEqual({ ...bare, cpuUsedMs: 0 });
  expect(readVersion2((name) => ofVersion2[name], 7)).toEqual({ ...bare, cpuUsedMs: 0 });
});

test.for(["cpuacct.usage", "memory.usage_in_bytes"])("a group without %s is gone", (missing) => {
  expect(readVersion1((name) => (name === missing ? undefined : version1[name]), 7)).toBeUndefined();
});

test.for(["cpu.stat", "memory.current"])("a group of version 2 without %s is gone", (missing) => {
  expect(readVersion2((name) => (name === missing ? undefined : version2[name]), 7)).toBeUndefined();
});

test("traffic is told by interface, without what stays inside", () => {
  const heading = "Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n";
  const lines = "    lo:  99 1 0 0 0 0 0 0   99 1 0 0 0 0 0 0\n  eth0:  736 8 0 0 0 0 0 0   42 1 0 0 0 0 0 0\n";

  expect(interfacesIn(heading + lines)).toEqual({ eth0: { receivedBytes: 736, sentBytes: 42 } });
  expect(interfacesIn(`${heading}    lo:  99 1 0 0 0 0 0 0   99 1 0 0 0 0 0 0\n`)).toBeUndefined();
});
