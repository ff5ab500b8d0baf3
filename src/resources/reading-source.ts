import type { ResourceReading } from "./resource-reading.ts";

/** Where the counters of one life of a container are read. Whoever opened it disposes it. */
export interface ReadingSource extends Disposable {
  /** Whether that life is over: the container has ended, or begun another one, which has another source. */
  readonly hasEnded: boolean;
  /** The counters as they are now, or as they were told last; nothing when none were told yet, or it is over. */
  read(): ResourceReading | undefined;
}
