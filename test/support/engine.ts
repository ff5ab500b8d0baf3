import { execFileSync } from "node:child_process";
import { request } from "node:http";
import { buffer } from "node:stream/consumers";
import type {
  ContainerCreateOptions,
  ContainerInfo,
  ContainerInspectInfo,
  ImageInspectInfo,
  NetworkInspectInfo,
} from "dockerode";
import { ask, eachLine, filters, send, socketPath } from "./engine-call.ts";

export { socketPath };

/** What happened in the engine. */
export interface EngineEvent {
  readonly Type: string;
  readonly Action: string;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
  readonly timeNano: number;
}

/** One container; `undefined` when there is none. */
export async function inspect(idOrName: string): Promise<ContainerInspectInfo | undefined> {
  const { status, body } = await send("GET", `/containers/${idOrName}/json`);
  return status === 404 ? undefined : (JSON.parse(body) as ContainerInspectInfo);
}

/** One container that must be there. */
export async function inspectExisting(idOrName: string): Promise<ContainerInspectInfo> {
  const container = await inspect(idOrName);
  if (container === undefined) throw new Error(`The engine has no container ${idOrName}.`);
  return container;
}

/** The containers with a label, running or not. */
export async function containersLabelled(label: string): Promise<readonly ContainerInfo[]> {
  return ask("GET", `/containers/json?all=true&filters=${filters({ label: [label] })}`);
}

/** The networks with a label. */
export async function networksLabelled(label: string): Promise<readonly NetworkInspectInfo[]> {
  return ask("GET", `/networks?filters=${filters({ label: [label] })}`);
}

/** Whether there is a volume of this name. */
export async function hasVolume(name: string): Promise<boolean> {
  return (await send("GET", `/volumes/${name}`)).status === 200;
}

/** Those of these volumes that there are. */
export async function volumesNamed(names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const { Volumes } = await ask<{ readonly Volumes: readonly { readonly Name: string }[] | null }>("GET", "/volumes");
  return (Volumes ?? []).map(({ Name }) => Name).filter((name) => names.includes(name));
}

/** The names of the volumes with a label. */
export async function volumesLabelled(label: string): Promise<readonly string[]> {
  const path = `/volumes?filters=${filters({ label: [label] })}`;
  const { Volumes } = await ask<{ readonly Volumes: readonly { readonly Name: string }[] | null }>("GET", path);
  return (Volumes ?? []).map(({ Name }) => Name);
}

/** Removes a named volume. */
export async function removeVolume(name: string): Promise<void> {
  await send("DELETE", `/volumes/${name}?force=true`);
}

/** Removes a container behind Cleanroom's back. */
export async function removeContainer(idOrName: string): Promise<void> {
  await send("DELETE", `/containers/${idOrName}?force=true&v=true`);
}

/** Removes a network. */
export async function removeNetwork(id: string): Promise<void> {
  await send("DELETE", `/networks/${id}`);
}

/** Pauses, resumes, kills or restarts a container behind Cleanroom's back. */
export async function interfere(id: string, action: "pause" | "unpause" | "kill" | "restart"): Promise<void> {
  await ask("POST", `/containers/${id}/${action}`);
}

/** Processor time that a container has used, in milliseconds, and when the engine looked. */
export async function cpuUse(id: string): Promise<{ readonly usedMs: number; readonly atMs: number }> {
  const { read, cpu_stats } = await ask<{
    readonly read: string;
    readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  }>("GET", `/containers/${id}/stats?stream=false&one-shot=true`);
  return { usedMs: cpu_stats.cpu_usage.total_usage / 1e6, atMs: Date.parse(read) };
}

/** Restarts a container behind Cleanroom's back. */
export async function restartContainer(id: string): Promise<void> {
  await ask("POST", `/containers/${id}/restart?t=1`);
}

/** Makes a container that Cleanroom knows nothing of and starts it. The caller removes it. */
export async function runForeign(body: ContainerCreateOptions): Promise<ContainerInspectInfo> {
  const { Id } = await ask<{ readonly Id: string }>("POST", "/containers/create", body);
  await ask("POST", `/containers/${Id}/start`);
  return inspectExisting(Id);
}

/** An image as the engine lists it. */
export interface ListedImage {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
}

/** The images with a label, those without a name included. */
export async function imagesLabelled(label: string): Promise<readonly ListedImage[]> {
  return ask("GET", `/images/json?filters=${filters({ label: [label] })}`);
}

/** One image; `undefined` when there is none. */
export async function inspectImage(image: string): Promise<ImageInspectInfo | undefined> {
  const { status, body } = await send("GET", `/images/${encodeURIComponent(image)}/json`);
  return status === 404 ? undefined : (JSON.parse(body) as ImageInspectInfo);
}

/** Removes an image, whoever uses it. */
export async function removeImage(image: string): Promise<void> {
  await send("DELETE", `/images/${encodeURIComponent(image)}?force=true`);
}

/** Makes an image called `name`, which differs from `base` in its configuration only. Returns its id. */
export async function deriveImage(base: string, name: string, config: object): Promise<string> {
  const { Id } = await ask<{ readonly Id: string }>("POST", "/containers/create", { Image: base });
  const [repo = "", tag = ""] = name.split(":");
  const path = `/commit?container=${Id}&repo=${repo}&tag=${tag}`;
  const made = await ask<{ readonly Id: string }>("POST", path, config);
  await removeContainer(Id);
  return made.Id;
}

/** Makes a container of an image, without starting it; under this name, if one is given. The caller removes it. */
export async function createForeign(body: ContainerCreateOptions, name?: string): Promise<string> {
  const query = name === undefined ? "" : `?name=${encodeURIComponent(name)}`;
  return (await ask<{ readonly Id: string }>("POST", `/containers/create${query}`, body)).Id;
}

/** Everything below a path in a container, as a tar archive. */
export async function archiveOf(id: string, path: string): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const target = `/containers/${id}/archive?path=${encodeURIComponent(path)}`;
  const call = request({ socketPath, path: target, agent: false }, (response) => {
    if (response.statusCode === 200) buffer(response).then(resolve, reject);
    else reject(new Error(`The engine has no ${path}.`));
  });
  call.once("error", reject);
  call.end();
  return promise;
}

/** Whether the machine lets the engine limit a container's memory. */
export async function limitsMemory(): Promise<boolean> {
  return (await info()).MemoryLimit;
}

/** What the engine says of itself. */
export async function info(): Promise<{ readonly MemoryLimit: boolean; readonly CgroupVersion: string }> {
  return ask("GET", "/info");
}

/** Whether the engine can run a privileged container; one that runs in a container itself often cannot. */
export async function allowsPrivileged(image: string): Promise<boolean> {
  return canStart({ Image: image, HostConfig: { Privileged: true } });
}

/** Whether the engine makes and starts a container like this. It is removed at once. */
export async function canStart(body: ContainerCreateOptions): Promise<boolean> {
  const created = await send("POST", "/containers/create", body);
  if (created.status >= 400) return false;
  const { Id } = JSON.parse(created.body) as { readonly Id: string };
  const { status } = await send("POST", `/containers/${Id}/start`);
  await removeContainer(Id);
  return status < 400;
}

/** Tells of each line that a container logs, from its start on, until it is gone. */
export function followLogs(id: string, onLine: (line: string) => void): void {
  const path = `/containers/${id}/logs?stdout=true&stderr=true&follow=true`;
  const call = request({ socketPath, path, agent: false }, (response) => {
    eachLine(response, onLine);
  });
  call.once("error", () => undefined);
  call.end();
}

/** Tells of everything that happens to the containers with a label, from when it resolves. Dispose it to end that. */
export async function watchContainers(label: string, onEvent: (event: EngineEvent) => void): Promise<Disposable> {
  const path = `/events?filters=${filters({ type: ["container"], label: [label] })}`;
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const call = request({ socketPath, path, agent: false }, (response) => {
    eachLine(response, (line) => {
      onEvent(JSON.parse(line) as EngineEvent);
    });
    resolve(undefined);
  });
  call.once("error", reject);
  call.end();
  await promise;
  return { [Symbol.dispose]: () => call.destroy() };
}

/** The last log lines of a container. */
export async function logs(id: string): Promise<string> {
  return (await send("GET", `/containers/${id}/logs?stdout=true&stderr=true`)).body;
}

/** The command lines of a container's processes, as the machine's `ps` shows them to anybody. */
export async function commandLines(id: string): Promise<string> {
  const { Processes } = await ask<{ readonly Processes: readonly (readonly string[])[] }>(
    "GET",
    `/containers/${id}/top?ps_args=${encodeURIComponent("-eo pid,args")}`,
  );
  return Processes.map((columns) => columns.join(" ")).join("\n");
}

/** What happened to a container up to now. */
export async function eventsOf(id: string): Promise<readonly EngineEvent[]> {
  const now = Date.now() / 1000;
  const { body } = await send("GET", `/events?since=${now - 600}&until=${now}&filters=${filters({ container: [id] })}`);
  const lines = body.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line) as EngineEvent);
}

/** Resolves when something of this kind next happens to a container with the label, for example `start`. */
export async function nextEvent(label: string, event: string): Promise<void> {
  const wanted = filters({ type: ["container"], event: [event], label: [label] });
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const call = request({ socketPath, path: `/events?filters=${wanted}`, agent: false });
  call.once("error", reject);
  call.once("response", (response) =>
    response.once("data", () => {
      resolve(undefined);
    }),
  );
  call.end();
  await promise;
  call.destroy();
}

/** The labels of every container with a label that was made since a moment, whether it still exists or not. */
export async function createdSince(
  sinceMs: number,
  label: string,
): Promise<readonly EngineEvent["Actor"]["Attributes"][]> {
  const wanted = filters({ type: ["container"], event: ["create"], label: [label] });
  const { body } = await send("GET", `/events?since=${sinceMs / 1000}&until=${Date.now() / 1000}&filters=${wanted}`);
  const lines = body.split("\n").filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as EngineEvent).Actor.Attributes);
}

/**
 * The `State.Status` of a container, `absent` when there is none. Blocks, so nothing that is under way in this process gets
 * on meanwhile.
 */
export function statusNow(id: string): string {
  const script = `
    require("node:http").get({ socketPath: process.argv[1], path: process.argv[2] }, (answer) => {
      require("node:stream/consumers").json(answer).then((body) => console.log(body.State?.Status ?? "absent"));
    });`;
  return execFileSync(process.execPath, ["-e", script, socketPath, `/containers/${id}/json`], {
    encoding: "utf8",
  }).trim();
}
