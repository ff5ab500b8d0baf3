import { isObject } from "./is-object.ts";

/** What any thrown value has to say: its message, where it has one. Never fails, whatever was thrown. */
export function messageOf(thrown: unknown): string {
  try {
    return textOf(thrown);
  } catch {
    return "a value that has no text"; // One without a prototype, or with accessors that throw.
  }
}

function textOf(thrown: unknown): string {
  if (!(isObject(thrown) && "message" in thrown)) return String(thrown);
  const message = String(thrown.message);
  // Node reports a refused connection to several addresses as an AggregateError without a message of its own.
  if (message === "" && "code" in thrown) return String(thrown.code);
  return message;
}

/** The last log lines of a container, indented, as they end an error's message. Empty when it logged nothing. */
export function describeLogs(logTail: string): string {
  const text = logTail.trimEnd();
  if (text === "") return "It logged nothing.";
  const indented = text.split("\n").map((line) => `  ${line}`);
  return ["Its last log lines:", ...indented].join("\n");
}

/** Joins the parts of a message that are there, a line each. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
