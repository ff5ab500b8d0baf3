import type { ContainerInspectInfo } from "dockerode";
import { parseJson } from "../../spec/parse-json.ts";
import { defined } from "../../spec/defined.ts";
import type { ContainerInspection, FileStat } from "../container-backend.ts";

/** What we need of the engine's answer about a container. */
export function toInspection({ Id, State, NetworkSettings }: ContainerInspectInfo): ContainerInspection {
  const address = containerAddress(NetworkSettings);
  return {
    id: Id,
    isRunning: State.Running,
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    ...defined({ address }),
    ports: publishedPorts(NetworkSettings),
  };
}

function containerAddress(settings: ContainerInspectInfo["NetworkSettings"]): string | undefined {
  return Object.values(settings.Networks)
    .map(({ IPAddress }) => IPAddress)
    .find((address) => address !== "");
}

function publishedPorts({ Ports }: ContainerInspectInfo["NetworkSettings"]): Readonly<Record<string, number>> {
  // An exposed port that is not published is there with null in place of its bindings.
  const bindings: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>> = Ports;
  return Object.fromEntries(
    Object.entries(bindings).flatMap(([port, hosts]) => {
      const host = hosts?.[0];
      return host === undefined ? [] : [[port, Number(host.HostPort)]];
    }),
  );
}

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
