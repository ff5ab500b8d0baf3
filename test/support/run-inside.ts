import { ask, send } from "./engine-call.ts";

/** What a command printed in a container, errors included, as a terminal shows it; run by the engine, not by Cleanroom. */
export async function runInside(id: string, ...command: readonly string[]): Promise<string> {
  const options = { AttachStdout: true, AttachStderr: true, Tty: true, Cmd: command };
  const { Id } = await ask<{ readonly Id: string }>("POST", `/containers/${id}/exec`, options);
  const { body } = await send("POST", `/exec/${Id}/start`, { Detach: false, Tty: true });
  return body.replaceAll("\r\n", "\n");
}
