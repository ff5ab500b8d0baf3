import { expect, test } from "vitest";
import { hostOption, sysctlProblem, sysctlsIn } from "../../../src/spec/sysctls.ts";

test.for(["net.core.rmem_max", "net.core.netdev_max_backlog", "net.ipv4.tcp_mem", "vm.swappiness", "kernel.pid_max"])(
  "%s is the machine's",
  (name) => {
    expect(sysctlProblem(name)).toBe(
      "belongs to the whole machine, so no container can have its own; set it where the engine runs",
    );
  },
);

test.for(["net.core.somaxconn", "net.ipv4.ip_forward", "kernel.shmmax", "kernel.msgmnb", "fs.mqueue.msg_max"])(
  "%s is the container's",
  (name) => {
    expect(sysctlProblem(name)).toBeUndefined();
  },
);

test("the engine's own options are looked into, whatever they hold", () => {
  const engineOptions = { HostConfig: { Sysctls: { "net.core.somaxconn": "1" }, NetworkMode: "host" } };

  expect(sysctlsIn(engineOptions)).toEqual(["net.core.somaxconn"]);
  expect(hostOption(engineOptions, "NetworkMode")).toBe("host");
  expect(sysctlsIn({})).toEqual([]);
  expect(sysctlsIn({ HostConfig: "nonsense" })).toEqual([]);
  expect(sysctlsIn({ HostConfig: { Sysctls: null } })).toEqual([]);
});
