import { createHash } from "node:crypto";
import type { ServiceRequest } from "./coordination.ts";
import type { Ownership } from "./labels.ts";
import { isPrivateGroup } from "./private-group.ts";
import type { ServiceBook } from "./service-book.ts";
import type { SharedService } from "./shared-service.ts";

/**
 * What containers are called in the engine. Without a seed, as nothing else ever was. With one, the name follows from the seed,
 * the service and who shares it; where another container has that name, the next one does. It follows from the coordinator's own
 * identity as well: no other one, on whatever machine, comes to the same name for the engine that both use.
 */
export class ContainerNames {
  readonly #book: ServiceBook;
  readonly #ownership: Ownership;
  /** Names that a container may still come to have, whoever was to make it. */
  readonly #spoilt = new Set<string>();

  constructor(book: ServiceBook, ownership: Ownership) {
    this.#book = book;
    this.#ownership = ownership;
  }

  /** A name that no container has. */
  nameFor(id: string, request: ServiceRequest): string {
    const { name, seed } = request;
    if (seed === undefined) return nameWith(name, id);
    const taken = new Set(this.#book.all.map(({ containerName }) => containerName));
    for (let attempt = 0; ; attempt += 1) {
      const candidate = nameWith(name, this.#tagOf(seed, request, attempt));
      if (!taken.has(candidate) && !this.#spoilt.has(candidate)) return candidate;
    }
  }

  /** Notes that a creation was given up whose request may still be on its way to the engine. */
  spoil({ containerName }: SharedService): void {
    this.#spoilt.add(containerName);
  }

  #tagOf(seed: string, { group }: ServiceRequest, attempt: number): string {
    const { owner, coordinator } = this.#ownership;
    const sharedBy = isPrivateGroup(group) ? "process" : group; // Which of them it is changes from run to run.
    const purpose = JSON.stringify([seed, owner, coordinator, sharedBy, attempt]);
    return createHash("sha256").update(purpose).digest("hex").slice(0, 10);
  }
}

function nameWith(service: string, tag: string): string {
  return `cleanroom-${service}-${tag}`;
}
