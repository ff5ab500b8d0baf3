/**
 * Uses Cleanroom as a test run does, and does what it is told, a line of JSON each, until it dies in the way it is told to.
 */
import { createInterface } from "node:readline";
import type { PostgresContainer, RedisContainer, ServiceConnection, SharedContainer } from "cleanroom-test";
import { CleanroomEnvironment } from "cleanroom-test";
import { churnContainers } from "./churn-containers.ts";
import { churnRedis } from "./churn-redis.ts";
import type { ChurnOptions } from "./churn.ts";
import { churn } from "./churn.ts";
import type { Command } from "./commands.ts";
import { query } from "./query.ts";
import { servicesFrom } from "./services.ts";

let environment: CleanroomEnvironment | undefined;
let nextId = 0;

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  nextId += 1;
  void answer(nextId, JSON.parse(line) as Command);
});
lines.once("close", () => {
  if (!isEnding) process.exit(3); // Whoever gave the orders is gone.
});
let isEnding = false;

async function answer(id: number, command: Command): Promise<void> {
  try {
    say({ id, value: await obey(command) });
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    say({ id, error: { code: code ?? "", message } });
  }
}

async function obey(command: Command): Promise<unknown> {
  switch (command.do) {
    case "open":
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, (command.atMs ?? 0) - Date.now())));
      environment = await CleanroomEnvironment.open(
        { services: servicesFrom(command.services) },
        { rootDirectory: command.rootDirectory, listeners: { "container:state": noticeState } },
      );
      return environment.sessionId;
    case "isolate": {
      const container = (await opened().get(command.name)) as SharedContainer | RedisContainer;
      const part = await container.isolate();
      return "server" in part ? part.server.id : part.id;
    }
    case "get":
      await opened().get(command.name);
      return connectionOf(command.name);
    case "query":
      return query(connectionOf(command.name), command.text);
    case "churn":
      return churnOf(await opened().get(command.name), command);
    case "close": {
      const { containers, errors } = await opened().cleanup();
      environment = undefined;
      return { containers, errors: errors.map(String) };
    }
    case "busy": {
      const untilMs = Date.now() + command.ms;
      while (Date.now() < untilMs);
      return undefined;
    }
    case "die":
      return die(command.how);
  }
}

/** Everything is over afterwards, except for what keeps the process alive. */
async function die(how: "end" | "throw" | "exit"): Promise<unknown> {
  if (how === "exit") process.exit(0);
  if (how === "throw") setImmediate(() => void uncaught());
  isEnding = true;
  if (how === "end") await environment?.cleanup();
  lines.close();
  process.stdin.destroy();
  return undefined;
}

function uncaught(): never {
  throw new Error("told to throw");
}

/** Only whoever creates a container sees it being created. */
function noticeState({ name, id, to }: { readonly name: string; readonly id: string; readonly to: string }): void {
  if (to === "created") say({ creating: name, container: id });
}

function churnOf(server: unknown, options: ChurnOptions): Promise<void> {
  const known = server as RedisContainer | PostgresContainer | SharedContainer;
  if ("databases" in known) return churnRedis(known, options, say);
  return "database" in known ? churn(known, options, say) : churnContainers(known, options, say);
}

function connectionOf(name: string): ServiceConnection {
  const connection = opened().connections[name];
  if (connection === undefined) throw new Error(`There is no ${name}.`);
  return connection;
}

function opened(): CleanroomEnvironment {
  if (environment === undefined) throw new Error("Nothing is open.");
  return environment;
}

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}
