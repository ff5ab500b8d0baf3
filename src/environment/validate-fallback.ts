import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { isServiceDefinition } from "../services/options-schema.ts";
import type { FallbackTarget } from "../services/recovery-options.ts";
import { fallbackAddress } from "./existing-addresses.ts";
import type { AnyService } from "./service-catalog.ts";
import { scopeOf } from "./service-catalog.ts";

/**
 * Checks what would take the place of a service.
 *
 * @throws ConfigurationError when it cannot, or when its own options are not valid.
 */
export async function validateFallback(name: string, definition: AnyService, target: FallbackTarget): Promise<void> {
  if (typeof target === "string") {
    (await definition.load()).planExisting(fallbackAddress(name, target));
    return;
  }
  const problems = problemsOf(definition, target).map((message) => ({ path: "recovery.fallback", message }));
  if (problems.length > 0) throw new ConfigurationError({ origin: `${name}, a ${definition.kind}(),`, problems });
  await (await target.load()).validate(`the fallback of ${name}`);
}

/** Whoever uses a service must be able to use what takes its place, and depend on no more. */
function problemsOf(definition: AnyService, target: AnyService): readonly ConfigurationProblem["message"][] {
  if (!isServiceDefinition(target)) return ["must give a service or a URL"];
  const { kind, hasOwnContainers = false } = definition;
  const dependencies = new Set(Object.values(definition.dependsOn));
  const isSubset = Object.values(target.dependsOn).every((dependency) => dependencies.has(dependency));
  return [
    ...(target.kind === kind ? [] : [`must be a ${kind}() too, not a ${target.kind}()`]),
    ...(scopeOf(target) === scopeOf(definition) ? [] : [`must have the same \`scope\`, "${scopeOf(definition)}"`]),
    ...((target.hasOwnContainers ?? false) === hasOwnContainers ? [] : ["must have the same `isolation`"]),
    ...(isSubset ? [] : ["must depend on nothing that the service itself does not depend on"]),
    ...(target.options.recovery?.fallback === undefined ? [] : ["must have no `recovery.fallback` of its own"]),
  ];
}
