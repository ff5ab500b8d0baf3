import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import { createBirpc } from "birpc";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import type { ErrorData } from "../errors/error-data.ts";
import { reviveError, toErrorData } from "../errors/error-data.ts";
import { parseJson } from "../spec/parse-json.ts";
import { MAX_FRAME_BYTES, readFrames } from "./frames.ts";

/** How two processes call each other over a connection. */
export interface RpcOptions<Local extends object> {
  /** What the other side can call. */
  readonly functions: Local;
  /** Looks at a message before it is acted on, and says what is wrong with it. */
  readonly problemOf?: (message: unknown) => string | undefined;
  /** Told what breaks the protocol; the connection is useless then. */
  readonly onProblem: (problem: string) => void;
}

interface Message {
  /** Whether it is a call or an answer. */
  readonly t?: "q" | "s";
  /** Which call it is or answers; a call that has none is an event, which is not answered. */
  readonly i?: string | undefined;
  /** What a call was rejected with. */
  readonly e?: unknown;
}

/** Connects two processes that call each other's functions. Errors arrive as the errors they were. */
export function rpcOver<Remote extends object, Local extends object>(
  socket: Socket,
  { functions, problemOf, onProblem }: RpcOptions<Local>,
): BirpcReturn<Remote, Local> {
  return createBirpc<Remote, Local>(functions, {
    post: (text: string) => {
      if (!socket.destroyed) socket.write(text);
    },
    on: (receive) => {
      const onFrame = (text: string): void => {
        const message = parse(text);
        const problem = message === undefined ? "a message is not JSON" : problemOf?.(message);
        if (problem === undefined) receive(message);
        else onProblem(problem);
      };
      readFrames(socket, onFrame, onProblem);
    },
    serialize: frameOf,
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: reviveError(message.e as ErrorData) },
    timeout: -1, // A creation takes as long as it takes; who waits for it has limits of his own.
  });
}

/**
 * One that is too long would end the connection for everything else that is called over it. So a call fails, an answer says
 * why there is none, and an event, which nobody waits for, is left out.
 *
 * @throws CoordinatorError when a call is too long.
 */
function frameOf(message: Message): string {
  const text = JSON.stringify(message.e === undefined ? message : { ...message, e: toErrorData(message.e) });
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_FRAME_BYTES) return `${text}\n`;
  const problem = `A message of ${bytes} bytes was not sent: at most ${MAX_FRAME_BYTES} may be.`;
  const error = new CoordinatorError({ problem });
  if (message.t === "s") return frameOf({ t: "s", i: message.i, e: error });
  if (message.i !== undefined) throw error;
  return "";
}

function parse(text: string): unknown {
  try {
    return parseJson<unknown>(text);
  } catch {
    return undefined;
  }
}
