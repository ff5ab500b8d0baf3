import type { ContainerEvent } from "../engine-caretaker.ts";
import { jsonLines } from "./json-lines.ts";

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
  for await (const line of jsonLines<EventLine>(stream)) onEvent(toEvent(line));
}

function toEvent({ Action, Actor }: EventLine): ContainerEvent {
  return { action: Action, id: Actor.ID, labels: { ...Actor.Attributes } };
}
