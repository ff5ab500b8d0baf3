/** A volume of a fake engine. */
export interface FakeVolume {
  /** Its name. */
  readonly name: string;
  /** All its labels. */
  readonly labels: Readonly<Record<string, string>>;
}

/** The volumes of a fake engine. */
export class FakeVolumes {
  readonly #volumes = new Map<string, FakeVolume>();

  /** Every volume, in the order in which they were made. */
  get all(): readonly FakeVolume[] {
    return [...this.#volumes.values()];
  }

  /** Makes a volume, unless there is one of this name. */
  create(name: string, labels: Readonly<Record<string, string>>): void {
    if (!this.#volumes.has(name)) this.#volumes.set(name, { name, labels });
  }

  /** Removes a volume, if there is one. */
  remove(name: string): void {
    this.#volumes.delete(name);
  }
}
