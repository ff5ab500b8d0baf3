import { ConfigurationError } from "../errors/configuration-error.ts";
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
    (current, customizer, index) => deepFreeze(returned(customizer(current), index)),
    deepFreeze(structuredClone(spec)),
  );
}

function returned(spec: ContainerSpec | undefined, index: number): ContainerSpec {
  if (spec !== undefined) return spec;
  const message = `customizer ${index + 1} returned nothing; it must return a spec, for example { ...spec, env }`;
  throw new ConfigurationError({ origin: "A customizer", problems: [{ path: "", message }] });
}
