import { expect, test } from "vitest";
import type { ResourceReading } from "../../../src/resources/resource-reading.ts";
import { sampleBetween } from "../../../src/resources/resource-reading.ts";

const before: ResourceReading = {
  atMs: 1_000,
  cpuUsedMs: 100,
  memory: { workingSetBytes: 10 },
  disk: {},
  interfaces: { eth0: { receivedBytes: 100, sentBytes: 10 } },
};

test("rates are what happened in between, a second", () => {
  const interfaces = { eth0: { receivedBytes: 300, sentBytes: 20 }, eth1: { receivedBytes: 50, sentBytes: 0 } };

  const sample = sampleBetween(before, { ...before, atMs: 1_500, cpuUsedMs: 350, cpuLimitCores: 1, interfaces });

  expect(sample).toEqual({
    atMs: 1_500,
    cpu: { usedCores: 0.5, usedMs: 350, limitCores: 1 },
    memory: { workingSetBytes: 10 },
    disk: {},
    network: {
      receivedBytes: 350,
      sentBytes: 20,
      receivedBytesPerSecond: 500,
      sentBytesPerSecond: 20,
      interfaces,
    },
  });
});

test("without a network, the network is unknown", () => {
  const { interfaces: _, ...alone } = before;

  expect(sampleBetween(alone, { ...alone, atMs: 2_000 })).not.toHaveProperty("network");
});

test("counters that began anew make no sample, nor does a moment without length", () => {
  expect(sampleBetween(before, { ...before, atMs: 2_000, cpuUsedMs: 5 })).toBeUndefined();
  expect(sampleBetween(before, before)).toBeUndefined();
});

test("an interface that is gone makes no rate below 0", () => {
  const interfaces = { eth1: { receivedBytes: 5, sentBytes: 5 } };

  const sample = sampleBetween(before, { ...before, atMs: 2_000, interfaces });

  expect(sample?.network).toMatchObject({ receivedBytesPerSecond: 0, sentBytesPerSecond: 0 });
});

test("the layer is told when it is known", () => {
  expect(sampleBetween(before, { ...before, atMs: 2_000 }, 0)?.disk).toEqual({ layerBytes: 0 });
  expect(sampleBetween(before, { ...before, atMs: 2_000 })?.disk).toEqual({});
});
