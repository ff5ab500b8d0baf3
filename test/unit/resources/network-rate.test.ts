import { describe, expect, test } from "vitest";
import { limitNetworkAsLabelled, limitNetworkRate, networkRateProblem } from "../../../src/resources/network-rate.ts";
import { boundsLabels } from "../../../src/spec/bounds.ts";
import { outcomeOf } from "../support/outcome.ts";

const fine = { isLocal: true, mayChangeNetworks: true, missingPrograms: [] };
const id = "f".repeat(64);

describe("the rate of a network", () => {
  test("can be limited where the engine is here, with the programs and the rights for it", () => {
    expect(networkRateProblem(fine)).toBeUndefined();
    expect(networkRateProblem({ ...fine, networkMode: "bridge" })).toBeUndefined();
    expect(networkRateProblem({ ...fine, networkMode: "hosts-of-mine" })).toBeUndefined();
  });

  test.for([
    [{ isLocal: false }, "the engine is not on this machine, so its networks cannot be reached"],
    [{ networkMode: "host" }, "with the network mode `host` it has no network of its own"],
    [{ networkMode: "container:abc" }, "with the network mode `container:abc` it has no network of its own"],
    [{ missingPrograms: ["ip", "tc"] }, "it takes ip, tc (Debian has them in iproute2 and util-linux)"],
    [
      { mayChangeNetworks: false },
      "this process may not change networks; it takes CAP_NET_ADMIN and CAP_SYS_ADMIN, which root has",
    ],
  ] as const)("cannot with %j", ([difference, problem]) => {
    expect(networkRateProblem({ ...fine, ...difference })).toBe(problem);
  });

  test("of a container without such a label is left alone", async () => {
    await limitNetworkAsLabelled("web", { id, pid: process.pid, labels: {} });
  });

  test("of a container whose process is not told is not limited", async () => {
    const labels = boundsLabels({ limits: { networkBitsPerSecond: 8_000 }, mounts: [] });

    expect(await outcomeOf(limitNetworkAsLabelled("web", { id, labels }))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message: "web cannot have `limits.networkBitsPerSecond`: the engine does not tell its process.",
    });
  });

  test("is never that of a process which is not the container's", async () => {
    expect(await outcomeOf(limitNetworkRate({ service: "web", id, pid: process.pid }, { send: 8_000 }))).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message: `web cannot have \`limits.networkBitsPerSecond\`: process ${process.pid} of this machine is not the container's.`,
    });
  });
});
