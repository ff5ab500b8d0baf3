import { messageOf } from "../../errors/describe.ts";
import { IsolationError } from "../../errors/isolation-error.ts";
import { isObject } from "../../errors/is-object.ts";
import { systemClock } from "../../time/system-clock.ts";
import type { ContainerAccess } from "../container-access.ts";
import type { GenericContainer } from "../generic/generic-container.ts";
import { takePart } from "../isolating.ts";
import type { Division, OwnPart } from "./division.ts";
import { callOwnCode } from "./own-code.ts";

/** Whose part is taken, and what can be asked for it. */
export interface PartRequest {
  /** The server. */
  readonly server: GenericContainer;
  /** What hands its parts out. */
  readonly access: ContainerAccess;
  /** Ends the wait early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A part of a server that the user's own code divides. The caller disposes it.
 *
 * @throws IsolationError when it is not made, or not what a part can be; TimeoutError; the signal's reason.
 */
export async function takeOwnPart<Part extends object>(
  { attach }: Pick<Division<Part>, "attach">,
  { server, access, signal }: PartRequest,
): Promise<OwnPart<Part>> {
  const { name } = server;
  const id = await takePart(access, name, signal);
  const give = (): Promise<void> => access.givePart(id);
  const operation = `attach ${id} of ${name}`;
  const task = { container: name, operation, method: "attach", clock: systemClock, signal };
  try {
    return ownedBy(name, await callOwnCode(task, async () => attach(id, server)), give);
  } catch (error) {
    await give().catch(() => undefined); // What failed first is told.
    throw error;
  }
}

/** What was given to a holder: never to another as well. */
const owned = new WeakSet<object>();

/** Has disposing a part give it back, after what disposing it did before. */
function ownedBy<Part extends object>(container: string, part: Part, give: () => Promise<void>): OwnPart<Part> {
  const close: unknown = isObject(part) && Symbol.asyncDispose in part ? part[Symbol.asyncDispose] : undefined;
  let giving: Promise<void> | undefined;
  const dispose = async (): Promise<void> => {
    try {
      if (typeof close === "function") await close.call(part);
    } finally {
      await give();
    }
  };
  const property = { value: () => (giving ??= dispose()), configurable: true };
  if (owned.has(part)) throw notOwnable(container, "it is another part's already");
  try {
    const given = Object.defineProperty(part, Symbol.asyncDispose, property) as OwnPart<Part>; // It has what the type adds.
    owned.add(part);
    return given;
  } catch (error) {
    throw notOwnable(container, messageOf(error), error);
  }
}

function notOwnable(container: string, why: string, cause?: unknown): IsolationError {
  const reason = `what \`attach\` gave cannot have \`Symbol.asyncDispose\`: ${why}`;
  const hint = "Have `attach` in `isolation.parts` give a new object for each part.";
  return new IsolationError({ container, failure: "failed", reason, hint }, cause);
}
