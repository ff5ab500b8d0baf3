import type { ExecOptions, ExecResult } from "../backend/container-backend.ts";
import type { FakeContainer } from "./fake-container.ts";

/** What the containers of an image do. Each part has a default, so `{}` is an image whose process runs until it is stopped. */
export interface FakeImage {
  /**
   * What its process does at its start: write logs and files, or end.
   * @default nothing
   */
  readonly onStart?: (container: FakeContainer) => void;
  /**
   * What its process does when it is asked to stop. One that does not end is killed after its grace.
   * @default it ends with exit code 0
   */
  readonly onStop?: (container: FakeContainer) => void;
  /**
   * Answers a command that is run in the container. What it throws is what the engine refuses with.
   * @default exit code 0 without output
   */
  readonly onExec?: (command: readonly string[], options: ExecOptions, container: FakeContainer) => ExecAnswer;
}

/** The result of a command, now or later. */
export type ExecAnswer = ExecResult | Promise<ExecResult>;
