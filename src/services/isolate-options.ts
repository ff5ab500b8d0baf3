/** How an isolated part is asked for. */
export interface IsolateOptions {
  /** Ends the wait early; the returned promise rejects with its reason, and nothing of the part is left. */
  readonly signal?: AbortSignal;
}
