import type { IncomingMessage } from "node:http";

/** How much of a body is told, in characters. */
const TOLD_LENGTH = 200;

/** What a response says beside its status, for a message; empty when it says nothing. Reads no further than what comes first. */
export async function inTheBody(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  try {
    for await (const chunk of response) return ` (${JSON.stringify(String(chunk).trim().slice(0, TOLD_LENGTH))})`;
  } catch {
    // It broke off, which says less than the status does.
  }
  return "";
}
