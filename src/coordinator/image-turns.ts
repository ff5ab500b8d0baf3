import { abortable } from "../time/abortable.ts";
import type { Member } from "./session.ts";

/** Which image somebody wants to fetch or build, in plain data. */
export interface ImageTurnRequest {
  /** Tells this request from others of the same member, so that one that is sent again is answered once. */
  readonly requestId: string;
  /** Identifies the work: the image, and what is done about it. */
  readonly key: string;
}

/** What somebody is told who asked for a turn: to do the work, or that somebody else has done it since. */
export type ImageTurn = "yours" | "done";

/** What became of the work. `given-up`: nothing was found out, so that whoever waits next may try. */
export type ImageTurnEnd = "done" | "failed" | "given-up";

interface TurnUnderWay {
  readonly memberId: string;
  readonly requestId: string;
  readonly ended: PromiseWithResolvers<Exclude<ImageTurnEnd, "failed">>;
}

/** Has each image fetched or built by one process at a time: the others wait for what comes of it. */
export class ImageTurns {
  readonly #underWay = new Map<string, TurnUnderWay>();

  /**
   * The turn to fetch or build an image, or that it was done while this was waiting.
   *
   * @throws What the work of whoever had the turn failed with; the signal's reason.
   */
  async take(
    member: Pick<Member, "id">,
    { requestId, key }: ImageTurnRequest,
    signal: AbortSignal,
  ): Promise<ImageTurn> {
    for (;;) {
      signal.throwIfAborted();
      const other = this.#underWay.get(key);
      if (other === undefined) {
        const ended = Promise.withResolvers<Exclude<ImageTurnEnd, "failed">>();
        ended.promise.catch(() => undefined); // Nobody may be waiting.
        this.#underWay.set(key, { memberId: member.id, requestId, ended });
        return "yours";
      }
      if (other.memberId === member.id && other.requestId === requestId) return "yours"; // Asked twice, as its answer was lost.
      if ((await abortable(other.ended.promise, signal)) === "done") return "done";
    }
  }

  /** The work is over. Of one who does not have the turn, nothing is noted. */
  end(member: Pick<Member, "id">, requestId: string, end: ImageTurnEnd, error?: unknown): void {
    this.#end((turn) => turn.memberId === member.id && turn.requestId === requestId, end, error);
  }

  /** A process is gone: somebody who waits does its work. */
  giveUpFrom(memberId: string): void {
    this.#end((turn) => turn.memberId === memberId, "given-up");
  }

  #end(isMeant: (turn: TurnUnderWay) => boolean, end: ImageTurnEnd, error?: unknown): void {
    for (const [key, turn] of this.#underWay) {
      if (!isMeant(turn)) continue;
      this.#underWay.delete(key);
      if (end === "failed") turn.ended.reject(error);
      else turn.ended.resolve(end);
    }
  }
}
