import { defined } from "../../spec/defined.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { FileStat } from "../container-backend.ts";

/** Bit of Go's file mode that marks a directory. Source: https://pkg.go.dev/io/fs#FileMode */
const GO_MODE_DIRECTORY = 2 ** 31;

interface PathStat {
  readonly size: number;
  readonly mode: number;
  readonly mtime: string;
  /** Empty for what is no symbolic link. */
  readonly linkTarget?: string;
}

/**
 * Reads the header in which the engine describes a path.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerArchiveInfo
 */
export function toFileStat(header: string): FileStat {
  const stat = parseJson<PathStat>(Buffer.from(header, "base64").toString());
  return {
    sizeBytes: stat.size,
    modifiedAtMs: Date.parse(stat.mtime),
    isDirectory: Math.floor(stat.mode / GO_MODE_DIRECTORY) % 2 === 1,
    ...(stat.linkTarget === "" ? {} : defined({ linkTarget: stat.linkTarget })),
  };
}
