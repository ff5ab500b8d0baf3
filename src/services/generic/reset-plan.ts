import type { Json } from "../../spec/container-spec.ts";
import { parseJson } from "../../spec/parse-json.ts";
import type { ResetPlan } from "../reset-container.ts";
import type { IsolationPer } from "../isolation-options.ts";
import type { ContainerIsolationOptions } from "./generic-options.ts";

/** How containers are reset; `undefined` when none is used twice. */
export function resetPlan<Container>({
  reset,
  resetTimeoutMs = 30_000,
}: ContainerIsolationOptions<IsolationPer, Container>): ResetPlan<Container> | undefined {
  return reset === undefined ? undefined : { reset, timeoutMs: resetTimeoutMs };
}

/** What of it makes a difference to who gets a container next. A function of the user's counts by its source text. */
export function isolationFingerprint<Container>({ reset }: ContainerIsolationOptions<IsolationPer, Container>): Json {
  const text = JSON.stringify(reset ?? null, (_key, value: unknown) =>
    typeof value === "function" ? String(value) : value,
  );
  return { reset: parseJson<Json>(text) };
}
