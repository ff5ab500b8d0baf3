import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * When images or volumes were last used: a file for each, whose time of change says it. Their labels cannot be changed.
 */
export class LastUse {
  readonly #directory: string;

  /**
   * @param stateDirectory - The user's state directory.
   * @param of - What it is about.
   */
  constructor(stateDirectory: string, of: "warm" | "volumes" = "warm") {
    this.#directory = join(stateDirectory, of);
  }

  /** Notes that one is used now. */
  async note(name: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#directory, name), "");
  }

  /** When one was last used, in milliseconds since the epoch; `undefined` when nobody noted it. */
  async of(name: string): Promise<number | undefined> {
    const stats = await stat(join(this.#directory, name)).catch(() => undefined);
    return stats?.mtimeMs;
  }

  /** Forgets all but these. */
  async keepOnly(names: readonly string[]): Promise<void> {
    const noted = await readdir(this.#directory).catch(() => []);
    const gone = noted.filter((name) => !names.includes(name));
    await Promise.all(gone.map((name) => rm(join(this.#directory, name), { force: true })));
  }
}
