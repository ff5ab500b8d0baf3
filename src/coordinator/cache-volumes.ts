import { createHash } from "node:crypto";
import type { EngineCaretaker } from "../backend/engine-caretaker.ts";
import type { CacheStats } from "../caches/cache-stats.ts";
import type { CacheTerms } from "../caches/cache-terms.ts";
import { defaultTerms, limitsOf } from "../caches/cache-terms.ts";
import type { CacheLimits } from "../caches/leased-cache.ts";
import { LeasedCache } from "../caches/leased-cache.ts";
import { messageOf } from "../errors/describe.ts";
import type { Clock } from "../time/clock.ts";
import type { LastUse } from "../warm/last-use.ts";
import { CACHE_NAME_LABEL, CACHE_OWNER_LABEL, groupLabels } from "./labels.ts";

/** What keeping cache volumes needs. */
export interface CacheVolumesOptions {
  /** The engine. */
  readonly caretaker: EngineCaretaker;
  /** Where time comes from. */
  readonly clock: Pick<Clock, "now">;
  /** Identifies the state directory; volumes of others are not looked at. */
  readonly owner: string;
  /** When volumes were last used; absent where they go with the last container that mounts them. */
  readonly lastUse?: LastUse | undefined;
  /** Told what went wrong behind everybody's back. */
  readonly log: (line: string) => void;
}

/** Who mounts cache volumes. */
export interface VolumeUser {
  /** Id of the service. */
  readonly id: string;
  /** What it asked for. */
  readonly request: { readonly group: string; readonly cacheVolumes?: readonly string[] | undefined };
}

/** Volumes that outlive containers and sessions, so that what one run downloads or compiles is there for the next. */
export class CacheVolumes {
  readonly #options: CacheVolumesOptions;
  readonly #volumes: LeasedCache<{ readonly name: string }>;
  readonly #removals = new Map<string, Promise<boolean>>();
  /** Who mounts volumes that a predecessor made and that have not been looked for yet. */
  readonly #adopted = new Map<string, VolumeUser>();
  /** How many are kept; all until somebody has said it, since a predecessor may have been told to keep more than usual. */
  #limits: CacheLimits = { ...limitsOf(defaultTerms.volumes), maxEntries: Number.POSITIVE_INFINITY };
  #isLoaded = false;
  #loading: Promise<void> | undefined;

  constructor(options: CacheVolumesOptions) {
    this.#options = options;
    this.#volumes = new LeasedCache({
      limits: this.#limits,
      clock: options.clock,
      onEvict: (name) => void this.#remove(name),
    });
  }

  /** Whether one is being removed. */
  get isBusy(): boolean {
    return this.#removals.size > 0;
  }

  /** Makes the volumes that a service mounts, unless they are there; they stay until it leaves. Their names in the engine. */
  async join(user: VolumeUser): Promise<Readonly<Record<string, string>> | undefined> {
    const { group, cacheVolumes: names = [] } = user.request;
    if (names.length === 0) return undefined;
    await this.#loaded();
    const joined = names.map(async (name): Promise<[string, string]> => {
      const volume = this.#nameOf(group, name);
      await this.#enter(volume, user.id, { ...groupLabels(group), [CACHE_NAME_LABEL]: name });
      return [name, volume];
    });
    return Object.fromEntries(await Promise.all(joined));
  }

  /** Notes that a service mounts volumes, which a predecessor made. Comes before anybody joins. */
  async adopt(user: VolumeUser): Promise<void> {
    if (user.request.cacheVolumes === undefined) return;
    this.#adopted.set(user.id, user); // At once: what it mounts makes no room for others.
    await this.#loaded();
  }

  /** Notes that a service is gone. Its volumes are kept, unless there are too many. */
  async leave({ id, request }: VolumeUser): Promise<void> {
    this.#adopted.delete(id);
    for (const name of request.cacheVolumes ?? []) {
      const volume = this.#nameOf(request.group, name);
      this.#volumes.release(volume, id);
      if (this.#options.lastUse === undefined) this.#volumes.delete(volume, "released");
      else await this.#note(volume);
    }
    await this.#settled();
  }

  /** Keeps so many from now on. */
  limit(terms: CacheTerms): void {
    this.#limits = limitsOf(terms);
    if (this.#isLoaded) this.#volumes.limit(this.#limits);
  }

  /** Removes every volume that nobody mounts. Returns the names of those that are gone. */
  async prune(): Promise<readonly string[]> {
    await this.#loaded();
    const names = this.#volumes.keys.filter((name) => this.#volumes.delete(name));
    const outcomes = await Promise.all(names.map((name) => this.#removals.get(name) ?? Promise.resolve(false)));
    await this.#options.lastUse?.keepOnly(this.#volumes.keys);
    return names.filter((_, index) => outcomes[index] === true);
  }

  /** What became of the volumes. */
  stats(): CacheStats {
    return this.#volumes.stats();
  }

  async #enter(volume: string, user: string, labels: Readonly<Record<string, string>>): Promise<void> {
    const { caretaker, owner } = this.#options;
    await this.#removals.get(volume);
    const isNew = this.#volumes.get(volume, user) === undefined;
    if (isNew) this.#volumes.set(volume, { name: volume }, user); // At once: others may want it as well.
    try {
      // Also when it should be there: whoever mounts one that is not has the engine make it, without labels.
      await caretaker.createVolume(volume, { [CACHE_OWNER_LABEL]: owner, ...labels });
    } catch (error) {
      this.#volumes.release(volume, user);
      if (isNew) this.#volumes.delete(volume, "failed");
      throw error;
    }
    await this.#note(volume);
  }

  /** Those that were made before, in the order of their last use. */
  #loaded(): Promise<void> {
    this.#loading ??= this.#load();
    this.#loading.catch(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #load(): Promise<void> {
    const { caretaker, owner, lastUse } = this.#options;
    const objects = await caretaker.list(`${CACHE_OWNER_LABEL}=${owner}`);
    const volumes = objects.filter(({ kind }) => kind === "volume");
    const used = await Promise.all(
      volumes.map(async ({ name }) => ({ name, usedAtMs: (await lastUse?.of(name)) ?? 0 })),
    );
    for (const { name } of used.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) this.#volumes.set(name, { name });
    for (const { id, request } of this.#adopted.values())
      for (const name of request.cacheVolumes ?? []) this.#volumes.hold(this.#nameOf(request.group, name), id);
    this.#adopted.clear();
    this.#isLoaded = true;
    this.#volumes.limit(this.#limits); // Only now is it known who mounts which, and which was used when.
  }

  async #note(volume: string): Promise<void> {
    await this.#options.lastUse?.note(volume).catch((error: unknown) => {
      this.#options.log(`The use of the volume ${volume} was not noted: ${messageOf(error)}`);
    });
  }

  #remove(name: string): Promise<boolean> {
    const removal = this.#tryRemove(name).finally(() => this.#removals.delete(name));
    this.#removals.set(name, removal);
    return removal;
  }

  /** One that something mounts, such as a container that is kept after a failure, is found again by the next coordinator. */
  async #tryRemove(name: string): Promise<boolean> {
    try {
      await this.#options.caretaker.removeVolume(name);
      return true;
    } catch (error) {
      this.#options.log(`The cache volume ${name} was not removed: ${messageOf(error)}`);
      return false;
    }
  }

  async #settled(): Promise<void> {
    await Promise.all(this.#removals.values());
  }

  #nameOf(group: string, name: string): string {
    const digest = createHash("sha256")
      .update(JSON.stringify([this.#options.owner, group, name]))
      .digest("hex");
    return `cleanroom-cache-${digest.slice(0, 16)}`;
  }
}
