import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { socketPath } from "./engine.ts";

/** What a command printed in a container, errors included, as a terminal shows it; run by the engine, not by Cleanroom. */
export async function runInside(id: string, ...command: readonly string[]): Promise<string> {
  const options = { AttachStdout: true, AttachStderr: true, Tty: true, Cmd: command };
  const { Id } = JSON.parse(await post(`/containers/${id}/exec`, options)) as { readonly Id: string };
  return (await post(`/exec/${Id}/start`, { Detach: false, Tty: true })).replaceAll("\r\n", "\n");
}

async function post(path: string, body: object): Promise<string> {
  const headers = { "Content-Type": "application/json" };
  const call = request({ socketPath, method: "POST", path, headers, agent: false });
  call.end(JSON.stringify(body));
  const [answer] = (await once(call, "response")) as [IncomingMessage];
  return text(answer);
}
