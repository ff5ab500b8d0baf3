import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { EngineProxy } from "../support/engine-proxy.ts";
import type { ServiceDescription } from "./programs/services.ts";
import type { Client, Exit } from "./support/client.ts";
import type { Gate } from "./support/gate.ts";
import { holdCall } from "./support/gate.ts";
import { kill } from "./support/processes.ts";
import type { Random } from "./support/random.ts";
import { Stage } from "./support/stage.ts";

/** How a process can end, or lose its coordinator. */
export const deaths = [
  "normal end",
  "an uncaught error",
  "process.exit",
  "SIGINT",
  "SIGTERM",
  "SIGKILL",
  "SIGKILL of the coordinator",
  "SIGKILL of everything",
] as const;

/** How far it is by then. `while it is created`: the engine goes on with what the dead one asked for. */
export const points = [
  "before it is created",
  "while it is created",
  "between create and start",
  "when it is ready",
  "in teardown",
] as const;

/** One case. */
export interface Case {
  readonly death: (typeof deaths)[number];
  readonly point: (typeof points)[number];
  readonly sessions: 1 | 2;
}

/** What was measured. */
export interface Figures {
  /** From the death until what only the dead one had was gone, in milliseconds. */
  readonly goneMs: number;
  /** From the end of the last process until nothing at all was left, in milliseconds. */
  readonly settledMs: number;
}

/** How long the last coordinator may take to end: it waits for containers whose creators have died. */
const SETTLE_MS = 6000;

/** Takes part in a case. */
interface Actors {
  readonly stage: Stage;
  readonly proxy: EngineProxy;
  readonly doomed: Client;
  /** The other session, where there are two. */
  readonly other: Client | undefined;
}

/** Plays one case and looks at what is left by the engine's and the system's account. */
export async function play({ death, point, sessions }: Case, random: Random): Promise<Figures> {
  await using proxy = await EngineProxy.start();
  await using stage = await Stage.create(proxy.endpoint);
  const actors = { stage, proxy, doomed: stage.client(), other: sessions === 2 ? stage.client() : undefined };
  await actors.other?.start({ shared: { kind: "redis" } });
  await actors.other?.query("shared", "SET mark here");

  const { gate, underWay } = await bringTo(point, actors);
  await stage.noteVolumes();
  expect(stage.coordinators).toHaveLength(1);
  expect((await stage.left()).length).toBeGreaterThan(2); // The control: that something is left can be seen.
  await sleep(random.number(50));

  const sinceMs = await letDie({ death, point, sessions }, actors, { gate, underWay });
  const goneMs = await stage.gone("own", sinceMs, 5000);
  if (actors.other !== undefined) {
    expect(await actors.other.query("shared", "GET mark")).toBe("here");
    const { errors } = await actors.other.close();
    expect(errors).toEqual([]);
    expect((await actors.other.die("end")).code).toBe(0);
  }
  const settledMs = await stage.settled(SETTLE_MS);
  return { goneMs, settledMs };
}

interface Scene {
  readonly gate: Gate | undefined;
  /** What the doomed one is doing. */
  readonly underWay: Promise<unknown>;
}

async function bringTo(point: Case["point"], { proxy, doomed, other }: Actors): Promise<Scene> {
  const own: ServiceDescription = { kind: "redis", options: { network: true } };
  const services = other === undefined ? { own } : { own, shared: { kind: "redis" as const } };
  const held = heldAt(point);
  const gate = held === undefined ? undefined : holdCall(proxy, ({ name, url }) => held.test(`${name} ${url}`));
  if (point === "when it is ready") {
    await doomed.start(services);
    return { gate, underWay: Promise.resolve() };
  }
  if (point === "in teardown") await doomed.start(services);
  else await doomed.open(services);
  if (point !== "in teardown" && other !== undefined) await doomed.get("shared");
  const underWay = point === "in teardown" ? doomed.close() : doomed.get("own");
  underWay.catch(() => undefined);
  await gate?.reached;
  return { gate, underWay };
}

function heldAt(point: Case["point"]): RegExp | undefined {
  switch (point) {
    case "before it is created":
    case "while it is created":
      return /^POST \/containers\/create .*name=cleanroom-own-/;
    case "between create and start":
      return /^POST \/containers\/ID\/start /;
    case "in teardown":
      return /^POST \/containers\/ID\/stop /;
    case "when it is ready":
      return undefined;
  }
}

/** Tells when the death was over, in milliseconds since the epoch. */
async function letDie(played: Case, actors: Actors, scene: Scene): Promise<number> {
  const { death, point, sessions } = played;
  const { stage, doomed } = actors;
  const outcome = point === "before it is created" ? "drop" : "pass";
  if (death === "SIGKILL of the coordinator") return loseCoordinator(actors, scene, point);
  if (death === "SIGKILL of everything") {
    for (const pid of [...stage.coordinators, doomed.pid]) kill(pid);
    const { atMs } = await doomed.exited;
    scene.gate?.release(outcome);
    if (sessions === 2) return atMs;
    await beginAnew(stage);
    return Date.now();
  }
  const exiting = end(doomed, death);
  // A process that ends in order needs an answer for that; a request that it gave up is of no use to it.
  if (death !== "SIGKILL") scene.gate?.release("pass");
  const exit = await exiting;
  scene.gate?.release(outcome);
  expectExit(exit, death, doomed.errorOutput);
  return exit.atMs;
}

function end(doomed: Client, death: Case["death"]): Promise<Exit> {
  if (death === "normal end") return doomed.die("end");
  if (death === "an uncaught error") return doomed.die("throw");
  if (death === "process.exit") return doomed.die("exit");
  return doomed.signal(death as NodeJS.Signals);
}

function expectExit({ code, signal }: Exit, death: Case["death"], errorOutput: string): void {
  const codes: Partial<Record<Case["death"], number>> = { "normal end": 0, "an uncaught error": 1, "process.exit": 0 };
  expect({ code, signal }, errorOutput).toEqual(
    death in codes ? { code: codes[death], signal: null } : { code: null, signal: death },
  );
}

/** The process itself goes on: it gets, keeps or gives back its service as if nothing had happened, and ends. */
async function loseCoordinator(
  { stage, doomed }: Actors,
  { gate, underWay }: Scene,
  point: Case["point"],
): Promise<number> {
  for (const pid of stage.coordinators) kill(pid);
  gate?.release("pass");
  const value = await underWay;
  if (point === "in teardown") expect(value).toMatchObject({ errors: [] });
  else {
    expect(await doomed.query("own", "PING")).toBe("PONG");
    // The service answers without a coordinator; the process elects one as soon as it notices.
    await expect.poll(() => stage.coordinators, { message: stage.log, timeout: 5000 }).toHaveLength(1);
  }
  const { code, atMs } = await doomed.die("end");
  expect(code, doomed.errorOutput).toBe(0);
  return atMs;
}

/** Nobody was left to clean up: what there was stays until Cleanroom is used again. */
async function beginAnew(stage: Stage): Promise<void> {
  await sleep(100);
  const successor = stage.client();
  await successor.open({});
  await successor.die("end");
}
