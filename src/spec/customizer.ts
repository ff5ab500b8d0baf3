import type { ContainerSpec } from "./container-spec.ts";
import { deepFreeze } from "./freeze.ts";

/** Turns one spec into another. Pure: returns a new spec and never edits the one it was given, which is frozen. */
export type ContainerCustomizer = (spec: ContainerSpec) => ContainerSpec;

/**
 * Applies customizers in order, each to the result of the one before. What they throw passes through. The first gets a copy,
 * so that nothing of the caller's is frozen.
 */
export function customize(spec: ContainerSpec, customizers: readonly ContainerCustomizer[]): ContainerSpec {
  return customizers.reduce(
    (current, customizer) => deepFreeze(customizer(current)),
    deepFreeze(structuredClone(spec)),
  );
}
