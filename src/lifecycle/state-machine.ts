import { messageOf } from "../errors/describe.ts";
import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { ContainerState } from "./lifecycle-state.ts";
import { canFollow } from "./lifecycle-state.ts";

/** One move from a state to the next. */
export interface Transition {
  /** The state before; absent for the first. */
  readonly from?: ContainerState;
  /** The state now. */
  readonly to: ContainerState;
  /** Why it moved, for example `probe succeeded`. */
  readonly reason: string;
  /** What it failed with, when `to` is `failed`. */
  readonly error?: unknown;
}

/** Holds the state of one container and checks every move against the table, in this one place. */
export class StateMachine {
  readonly #onTransition: (transition: Transition) => void;
  #state: ContainerState;
  #error: unknown;

  /**
   * @param onTransition - Told of each move after it happened, the first state included.
   * @param state - How far it has come already, without this process.
   */
  constructor(reason: string, onTransition: (transition: Transition) => void, state: ContainerState = "created") {
    this.#onTransition = onTransition;
    this.#state = state;
    onTransition({ to: state, reason });
  }

  /** The state now. */
  get state(): ContainerState {
    return this.#state;
  }

  /** What it failed with; `undefined` unless it has. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether a move to `to` is allowed now. */
  canMove(to: ContainerState): boolean {
    return canFollow(to, this.#state);
  }

  /**
   * Moves to `to`.
   *
   * @throws LifecycleError when the table does not allow it; that is a defect of Cleanroom.
   */
  move(to: ContainerState, reason: string): void {
    this.#move({ to, reason });
  }

  /** Moves to `failed`, for good. Throws as `move` does. */
  fail(error: unknown): void {
    this.#move({ to: "failed", reason: messageOf(error), error });
  }

  #move(transition: Omit<Transition, "from">): void {
    const from = this.#state;
    const { to, reason } = transition;
    if (!this.canMove(to)) throw new LifecycleError(`A container cannot go from ${from} to ${to} (${reason}).`);
    this.#state = to;
    this.#error = transition.error;
    this.#onTransition({ from, ...transition });
  }
}
