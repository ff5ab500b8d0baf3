/**
 * Makes and removes the parts of one service, each of which belongs to one holder. Whoever opened it disposes it, which closes
 * its connections; the parts stay.
 */
export interface PartSource extends AsyncDisposable {
  /** How many may be made ahead of need. */
  readonly maxIdle: number;
  /**
   * Makes a part, as the service's initialisation left it, and resolves with what it is called.
   *
   * @throws IsolationError with what the service said; TimeoutError.
   */
  make(): Promise<string>;
  /**
   * Makes a part what it was when it was made, whoever still uses it, and resolves with what it is called from now on, which
   * nothing was called before; `undefined` when it has to be removed instead, as it has when this rejects. Absent where every
   * part is removed after use.
   *
   * @param id - The part, which is called this until it is removed, if it comes to that.
   */
  readonly reset?: ((id: string) => Promise<string | undefined>) | undefined;
  /** Removes a part, whoever still uses it. */
  remove(id: string): Promise<void>;
  /**
   * Every part there is, whoever had it made.
   *
   * @param held - Those that a predecessor handed out and somebody still has.
   */
  list(held: readonly string[]): Promise<readonly string[]>;
  /** Whether what `make` failed with says that there is no room until a part is removed. */
  isFull(error: unknown): boolean;
  /** Of those who make and remove the parts, where they come and go; absent where there is always somebody. */
  readonly makers?: PartMakersState;
}

/** Who makes parts now. */
export interface PartMakersState {
  /** Whether there is anybody. */
  readonly isAttended: boolean;
  /**
   * Whether what a call failed with says that its maker was gone before it answered: then another is to be asked, and what is
   * half made can be listed, now or a little later.
   */
  isGone(error: unknown): boolean;
}

/** Makes parts whose lease is a connection of its own: once that has ended, whoever next lists them finds them left behind. */
export interface LeasedPartSource extends PartSource {
  /** Has a part outlive its removal and its lease for so many milliseconds, so that somebody can look at it. */
  keep(id: string, forMs: number): Promise<void>;
  /** Removes all parts that were made here and are not kept. */
  removeAll(): Promise<void>;
  /** The parts that others left behind. */
  list(): Promise<readonly string[]>;
}
