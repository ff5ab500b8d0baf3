import type { CleanroomConfig } from "../../index.ts";
import { exposePart } from "../../index.ts";
import type { RunnerServices, ServicePart } from "./runner-services.ts";
import { waitForAll } from "./wait-for-all.ts";

type NamedService = readonly [name: string, definition: CleanroomConfig["services"][string]];

/** What a worker has for all its files, by service; it goes with the worker. */
const ofWorkers = new WeakMap<RunnerServices, Map<string, ServicePart>>();

/** The services of a configuration that set environment variables for test files or workers, by name. */
export function exposedServices({ services }: CleanroomConfig): readonly NamedService[] {
  return Object.entries(services).filter(([, { options }]) => {
    const per = options.isolation?.per; // Each test's own could not be where a file finds it that is loaded once.
    return options.variables !== undefined && (per === "file" || per === "worker");
  });
}

/**
 * Sets the environment variables that lead to parts of this test file, or of its worker, as the option `variables` of each service
 * says. To be called before the file is loaded. Disposing, after the file, puts back what was there and gives its parts back.
 *
 * @param env - The variables to change; those of this process when absent.
 * @throws what starting a service throws, and `exposePart`.
 */
export async function exposeShared(
  config: CleanroomConfig,
  services: RunnerServices,
  env?: NodeJS.ProcessEnv,
): Promise<AsyncDisposable> {
  const undo: (() => void)[] = [];
  const ofFile: ServicePart[] = [];
  const giveBack = async (): Promise<void> => {
    for (const putBack of undo.splice(0).reverse()) putBack();
    await Promise.all(ofFile.splice(0).map((part) => part[Symbol.asyncDispose]()));
  };
  const expose = async ([name, definition]: NamedService): Promise<void> => {
    const part = await shared(name, services);
    if (services.perOf(name) === "file") ofFile.push(part);
    undo.push(exposePart(definition, part.value, { name, ...(env && { env }) }));
  };
  try {
    await waitForAll(exposedServices(config), expose);
  } catch (error) {
    await giveBack();
    throw error;
  }
  return { [Symbol.asyncDispose]: giveBack };
}

async function shared(name: string, services: RunnerServices): Promise<ServicePart> {
  const held = ofWorkers.get(services) ?? new Map<string, ServicePart>();
  ofWorkers.set(services, held);
  const part = held.get(name) ?? (await services.isolate(name));
  if (services.perOf(name) === "worker") held.set(name, part);
  return part;
}
