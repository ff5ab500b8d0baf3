import { defined } from "../../spec/defined.ts";
import type { EngineFeatures } from "../engine-features.ts";

/**
 * The parts that we need of the engine's answer about itself.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemInfo
 */
export interface InfoAnswer {
  /** How it stores the file systems of containers. */
  readonly Driver: string;
  /** What it tells of that, in pairs of a name and a value. */
  readonly DriverStatus?: readonly (readonly [string, string])[] | null;
  /** Where it stores them. */
  readonly DockerRootDir: string;
  /** Absent in what Docker before 20.10 says. */
  readonly CgroupVersion?: string;
}

/** What we need of the engine's answer about itself. */
export function toFeatures({ Driver, DriverStatus, DockerRootDir, CgroupVersion }: InfoAnswer): EngineFeatures {
  const backingFileSystem = DriverStatus?.find(([name]) => name === "Backing Filesystem")?.[1];
  return {
    storageDriver: Driver,
    ...defined({ backingFileSystem }),
    dataDirectory: DockerRootDir,
    cgroupVersion: CgroupVersion === "2" ? 2 : 1,
  };
}
