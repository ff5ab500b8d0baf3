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

/** The first line of what any thrown value has to say. */
export function firstLineOf(thrown: unknown): string {
  return messageOf(thrown).split("\n", 1)[0] ?? "";
}

/** The last log lines of a container, indented, as they end an error's message. Empty when it logged nothing. */
export function describeLogs(logTail: string): string {
  return indented("Its last log lines:", logTail.trimEnd()) ?? "It logged nothing.";
}

/** The last lines that a program printed, indented likewise. */
export function describeOutput(output: string): string {
  return indented("Its last lines:", output) ?? "It printed nothing.";
}

function indented(heading: string, text: string): string | undefined {
  if (text === "") return undefined;
  return [heading, ...text.split("\n").map((line) => `  ${line}`)].join("\n");
}

/** Joins the parts of a message that are there, a line each. */
export function lines(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
