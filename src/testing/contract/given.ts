import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { ContainerBackend } from "../../backend/container-backend.ts";
import type { EngineRefusal } from "../../errors/engine-request-error.ts";
import { isEngineRequestError } from "../../errors/engine-request-error.ts";
import type { ContainerSpec } from "../../spec/container-spec.ts";
import type { ContractContext } from "./fact.ts";

/** The port that the service image listens on. */
export const SERVICE_PORT = 8080;

/** A container that a fact is tried on. Disposing removes it, whatever became of it. */
export interface GivenContainer extends AsyncDisposable {
  /** The engine's id. */
  readonly id: string;
  /** Its name. */
  readonly name: string;
}

/** A description of a service container with the differences that matter to a fact. */
export function specOf({ serviceImage }: ContractContext, differences: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: serviceImage,
    pullPolicy: "never",
    env: {},
    ports: [],
    files: [],
    mounts: [],
    networkAliases: [],
    hasHostAccess: false,
    labels: {},
    limits: {},
    security: {
      isPrivileged: false,
      hasReadOnlyRootFilesystem: false,
      addCapabilities: [],
      dropCapabilities: [],
      allowsNewPrivileges: false,
    },
    stopGraceMs: 1_000,
    engineOptions: {},
    ...differences,
  };
}

/** A name that nobody else uses. */
export function uniqueName(): string {
  return `cleanroom-contract-${randomUUID()}`;
}

/** A container that has been created. */
export async function created(
  context: ContractContext,
  differences: Partial<ContainerSpec> = {},
  networkName?: string,
): Promise<GivenContainer> {
  const { backend } = context;
  const name = uniqueName();
  const id = await backend.create({
    containerName: name,
    spec: specOf(context, differences),
    labels: {},
    networkName,
  });
  return { id, name, [Symbol.asyncDispose]: () => backend.remove(name) };
}

/** A container that has been started. */
export async function started(
  context: ContractContext,
  differences: Partial<ContainerSpec> = {},
  networkName?: string,
): Promise<GivenContainer> {
  const container = await created(context, differences, networkName);
  try {
    await context.backend.start(container.id);
    return container;
  } catch (error) {
    await container[Symbol.asyncDispose]();
    throw error;
  }
}

/** A network. Disposing removes it. */
export async function givenNetwork(
  backend: ContainerBackend,
  labels: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly name: string }> {
  const name = uniqueName();
  await backend.createNetwork(name, labels);
  return { name, [Symbol.asyncDispose]: () => backend.removeNetwork(name) };
}

/** Asserts that the engine refuses a call, for one of these reasons. */
export async function assertRefused(call: Promise<unknown>, ...refusals: readonly EngineRefusal[]): Promise<void> {
  await assert.rejects(call, (error: unknown) => {
    assert.ok(isEngineRequestError(error), `expected an EngineRequestError, got ${String(error)}`);
    assert.ok(
      refusals.includes(error.details.refusal),
      `expected ${refusals.join(" or ")}, got ${error.details.refusal}: ${error.message}`,
    );
    return true;
  });
}
