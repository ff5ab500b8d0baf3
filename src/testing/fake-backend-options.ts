import type { EngineInfo } from "../backend/container-backend.ts";
import type { EngineFeatures } from "../backend/engine-features.ts";
import type { Clock } from "../time/clock.ts";
import type { FakeImages } from "./fake-engine.ts";

/** What a fake engine has. */
export interface FakeBackendOptions {
  /**
   * The images that are present, by name.
   * @default every image is present, with a process that runs until it is stopped
   */
  readonly images?: FakeImages;
  /**
   * The images that can be pulled, by name.
   * @default {}
   */
  readonly registry?: FakeImages;
  /**
   * Where time comes from; of the calls only `stop` waits.
   * @default the system's clock
   */
  readonly clock?: Clock;
  /** Differences from a local engine that publishes on 127.0.0.1. */
  readonly engine?: Partial<EngineInfo>;
  /** Differences from an engine that stores containers by overlay2 on ext4, and uses version 2 of cgroups. */
  readonly features?: Partial<EngineFeatures>;
}

/** A fake engine unless it is said to be another. */
export const localEngine: EngineInfo = {
  endpoint: "unix:///var/run/fake.sock",
  version: "0.0.0",
  hostAddress: "127.0.0.1",
  publishAddress: "127.0.0.1",
  isLocal: true,
};

/** What a fake engine has unless it is said to have something else. */
export const usualFeatures: EngineFeatures = {
  storageDriver: "overlay2",
  backingFileSystem: "extfs",
  dataDirectory: "/var/lib/docker",
  cgroupVersion: 2,
};
