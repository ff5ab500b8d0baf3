import type { MadePart, PartMaker } from "../../src/services/division/part-maker.ts";

/** What is on a server that makers divide, and what each of them was asked. */
export class DividedServer {
  /** The parts there are, half made ones included. */
  readonly present = new Set<string>();
  /** Every call, as `name method`, in order. */
  readonly calls: string[] = [];
  #made = 0;

  /** What the next part is called. */
  nextName(): string {
    return `part${(this.#made += 1)}`;
  }

  /** Somebody who makes parts of it. */
  maker(name: string): FakeMaker {
    return new FakeMaker(this, name);
  }
}

/** Makes parts that are only noted. */
export class FakeMaker implements PartMaker {
  /** Whether it begins what it is asked, and does not answer. */
  isHeld = false;
  /** What it cannot make parts for, or do anything else. */
  failure: Error | undefined;
  /** Whether what it makes is there only once it answers. */
  isLate = false;
  maxIdle = 0;
  canReset = false;
  /** What the next part is called, in place of a name of its own. */
  name: string | undefined;

  readonly #server: DividedServer;
  readonly #name: string;
  readonly #held: (() => void)[] = [];

  constructor(server: DividedServer, name: string) {
    this.#server = server;
    this.#name = name;
  }

  /** Has it answer everything that it was asked. */
  letGo(): void {
    this.isHeld = false;
    for (const goOn of this.#held.splice(0)) goOn();
  }

  async make(): Promise<MadePart> {
    const id = this.name ?? this.#server.nextName();
    if (!this.isLate) this.#server.present.add(id);
    await this.#answer("make");
    this.#server.present.add(id);
    return { id, maxIdle: this.maxIdle, canReset: this.canReset };
  }

  async reset(id: string): Promise<string | undefined> {
    const again = this.#server.nextName();
    this.#server.present.add(again);
    await this.#answer("reset");
    this.#server.present.delete(id);
    return again;
  }

  async remove(id: string): Promise<void> {
    await this.#answer("remove");
    this.#server.present.delete(id);
  }

  async list(): Promise<readonly string[]> {
    await this.#answer("list");
    return [...this.#server.present];
  }

  async #answer(method: string): Promise<void> {
    this.#server.calls.push(`${this.#name} ${method}`);
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (this.failure !== undefined) throw this.failure;
  }
}
