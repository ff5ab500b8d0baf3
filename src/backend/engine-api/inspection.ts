import { defined } from "../../spec/defined.ts";
import type { ContainerInspection, EngineHealth } from "../container-backend.ts";

/**
 * The parts that we need of the engine's answer about a container.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect
 */
export interface ContainerAnswer {
  /** Its full id. */
  readonly Id: string;
  /** Its name, after a slash. */
  readonly Name: string;
  /** What it was made with. */
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null; readonly StopSignal?: string };
  /** What of outside is seen in it. */
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string }[];
  /** How it is doing. */
  readonly State: {
    readonly Running: boolean;
    readonly Paused: boolean;
    readonly ExitCode: number;
    readonly OOMKilled: boolean;
    readonly Pid: number;
    /** A date of the year 1 before the first start. */
    readonly StartedAt: string;
    /** Absent without a check; `none` where one was switched off. */
    readonly Health?: {
      readonly Status: EngineHealth["status"] | "none" | "";
      readonly Log: readonly { readonly Output: string }[] | null;
    };
  };
  /** How it is reached. An exposed port that is not published is there with null in place of its bindings. */
  readonly NetworkSettings: {
    readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>>;
    readonly Ports: Readonly<Record<string, readonly { readonly HostPort: string }[] | null>>;
  };
}

/** What the engine calls a volume that nobody gave a name. */
const ANONYMOUS = /^[0-9a-f]{64}$/;

/** What we need of the engine's answer about a container. */
export function toInspection({
  Id,
  Name,
  Config,
  Mounts,
  State,
  NetworkSettings,
}: ContainerAnswer): ContainerInspection {
  const address = containerAddress(NetworkSettings);
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    labels: { ...Config.Labels },
    isRunning: State.Running,
    isPaused: State.Paused,
    exitCode: State.ExitCode,
    isOutOfMemory: State.OOMKilled,
    stopSignal: Config.StopSignal || "SIGTERM",
    anonymousVolumes: Mounts.map(({ Name: volume = "" }) => volume).filter((volume) => ANONYMOUS.test(volume)),
    ...defined({ address, pid: State.Pid || undefined, startedAtMs: startOf(State), engineHealth: healthOf(State) }),
    ports: publishedPorts(NetworkSettings),
  };
}

function startOf({ StartedAt }: ContainerAnswer["State"]): number | undefined {
  const startedAtMs = Date.parse(StartedAt);
  return startedAtMs > 0 ? startedAtMs : undefined;
}

function healthOf({ Health }: ContainerAnswer["State"]): EngineHealth | undefined {
  if (Health === undefined || Health.Status === "none" || Health.Status === "") return undefined;
  return { status: Health.Status, output: Health.Log?.at(-1)?.Output.trim() ?? "" };
}

function containerAddress({ Networks }: ContainerAnswer["NetworkSettings"]): string | undefined {
  return Object.values(Networks)
    .map(({ IPAddress }) => IPAddress)
    .find((address) => address !== "");
}

function publishedPorts({ Ports }: ContainerAnswer["NetworkSettings"]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(Ports).flatMap(([port, hosts]) => {
      const host = hosts?.[0];
      return host === undefined ? [] : [[port, Number(host.HostPort)]];
    }),
  );
}
