import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * When warm images were last used: a file for each, whose time of change says it. An image's own labels cannot be changed.
 */
export class LastUse {
  readonly #directory: string;

  /** @param stateDirectory - The user's state directory. */
  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, "warm");
  }

  /** Notes that an image is used now. */
  async note(digest: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await writeFile(join(this.#directory, digest), "");
  }

  /** When an image was last used, in milliseconds since the epoch; `undefined` when nobody noted it. */
  async of(digest: string): Promise<number | undefined> {
    const stats = await stat(join(this.#directory, digest)).catch(() => undefined);
    return stats?.mtimeMs;
  }

  /** Forgets every image but these. */
  async keepOnly(digests: readonly string[]): Promise<void> {
    const noted = await readdir(this.#directory).catch(() => []);
    const gone = noted.filter((digest) => !digests.includes(digest));
    await Promise.all(gone.map((digest) => rm(join(this.#directory, digest), { force: true })));
  }
}
