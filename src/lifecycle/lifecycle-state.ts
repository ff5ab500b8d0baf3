/**
 * Where a container is in its life. `created`: the engine has made it. `ready`: its probe succeeded and its initialisation
 * is through. `running`: it has been handed out. `stopped` and `failed` are final.
 */
export type ContainerState =
  "created" | "starting" | "ready" | "running" | "restarting" | "stopping" | "stopped" | "failed";

const successors = {
  created: ["starting", "stopping", "failed"],
  starting: ["ready", "stopping", "failed"],
  ready: ["running", "stopping", "failed"],
  running: ["restarting", "stopping", "failed"],
  restarting: ["starting", "stopping", "failed"],
  stopping: ["stopped", "failed"],
  stopped: [],
  failed: [],
} as const satisfies Record<ContainerState, readonly ContainerState[]>;

/** Whether state `to` may come after state `from`. */
export function canFollow(to: ContainerState, from: ContainerState): boolean {
  const allowed: readonly ContainerState[] = successors[from];
  return allowed.includes(to);
}
