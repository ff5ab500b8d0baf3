import { parseJson } from "../../spec/parse-json.ts";
import type { ContainerEvent } from "../engine-caretaker.ts";

/**
 * A line of the engine's stream of events.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/System/operation/SystemEvents
 */
interface EventLine {
  readonly Action: string;
  /** The labels are among the attributes, beside `image`, `name` and what the action brings with it. */
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> | null };
}

/** Tells of each event in a stream of JSON lines, until that ends. */
export async function tellEvents(
  stream: NodeJS.ReadableStream,
  onEvent: (event: ContainerEvent) => void,
): Promise<void> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) onEvent(toEvent(parseJson<EventLine>(line)));
  }
}

function toEvent({ Action, Actor }: EventLine): ContainerEvent {
  return { action: Action, id: Actor.ID, labels: { ...Actor.Attributes } };
}
