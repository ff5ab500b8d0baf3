import type { Socket } from "node:net";
import type { BirpcReturn } from "birpc";
import { createBirpc } from "birpc";
import type { ErrorData } from "../errors/error-data.ts";
import { reviveError, toErrorData } from "../errors/error-data.ts";
import { parseJson } from "../spec/parse-json.ts";
import { readFrames } from "./frames.ts";

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
    serialize: (message: Message) =>
      `${JSON.stringify(message.e === undefined ? message : { ...message, e: toErrorData(message.e) })}\n`,
    deserialize: (message: Message) =>
      message.e === undefined ? message : { ...message, e: reviveError(message.e as ErrorData) },
    timeout: -1, // A creation takes as long as it takes; who waits for it has limits of his own.
  });
}

function parse(text: string): unknown {
  try {
    return parseJson<unknown>(text);
  } catch {
    return undefined;
  }
}
