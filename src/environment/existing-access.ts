import type { ServiceConnection } from "../container/service-connection.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import type { ContainerAccess } from "../services/container-access.ts";

/** Who hands out the parts of a service. */
export interface PartGiver {
  /** Whether a part can be kept after it was given back. */
  readonly canKeep: boolean;
  /** A part that nobody else has. */
  take(signal?: AbortSignal): Promise<string>;
  /** Takes a part back, and removes it after so many milliseconds. */
  give(id: string, keepForMs?: number): Promise<void>;
}

/** What a handle can ask of a service that exists already: no more than what it says over its port. */
export function existingAccess({ name, existing }: ServiceConnection, parts: PartGiver): ContainerAccess {
  const refuse = (): Promise<never> => Promise.reject(nothingInside(name, existing?.variable ?? ""));
  return {
    canKeepParts: parts.canKeep,
    takePart: (signal) => parts.take(signal),
    givePart: (id, keepForMs) => parts.give(id, keepForMs),
    claim: () => Promise.reject(noneButThis(name, existing?.variable ?? "")),
    state: () => "running", // As far as anybody knows.
    exec: refuse,
    logs: refuse,
    stats: refuse,
    async *monitor() {
      yield await refuse();
    },
  };
}

function noneButThis(name: string, variable: string): UnsupportedError {
  const problem = `${name} is the service that ${variable} names: there is no other that somebody could have alone.`;
  return new UnsupportedError(`${problem}\nTake a part of it, or unset ${variable} to have containers started.`);
}

/** Tells that only whoever runs a service can look into it. */
export function nothingInside(name: string, variable: string): UnsupportedError {
  return new UnsupportedError(
    `${name} is the service that ${variable} names, not a container of Cleanroom's: it has no logs, no statistics, and ` +
      "nothing can be run or read inside it.",
  );
}
