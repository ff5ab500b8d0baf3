/** A share in something. Disposing gives it back. */
export interface Share<Value> extends AsyncDisposable {
  /** What is shared. */
  readonly value: Value;
}

/**
 * Something that several users share: made for the first of them, disposed when the last gives it back, and made anew for who
 * comes later. Vitest sets up a fixture of a file or a worker once for every test function that was derived with `extend`.
 */
export class Shared<Value extends AsyncDisposable> {
  readonly #make: () => Promise<Value>;
  #making: Promise<Value> | undefined;
  #users = 0;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  /** A share, which the caller disposes. When making it fails, whoever waits is told and nobody after that. */
  async take(): Promise<Share<Value>> {
    this.#users += 1;
    const making = (this.#making ??= this.#make());
    try {
      return { value: await making, [Symbol.asyncDispose]: () => this.#giveBack() };
    } catch (error) {
      await this.#giveBack();
      throw error;
    }
  }

  async #giveBack(): Promise<void> {
    this.#users -= 1;
    if (this.#users > 0) return;
    const making = this.#making;
    this.#making = undefined;
    const value = await making?.catch(() => undefined); // Whoever waited for it was told.
    await value?.[Symbol.asyncDispose]();
  }
}
