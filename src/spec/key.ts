import { createHash } from "node:crypto";
import type { ContainerSpec, Json } from "./container-spec.ts";

/**
 * Identifies everything that can change how a container behaves: equal keys mean interchangeable containers. It does not
 * depend on the order of environment variables, labels, ports, files or mounts, and holds no secret.
 *
 * @param rest - What besides the spec makes a difference, such as the content of migrations.
 */
export function containerKey(spec: ContainerSpec, rest: Json = null): string {
  const content = {
    ...spec,
    secretArguments: spec.secretArguments?.map(() => ""),
    ports: sorted(spec.ports),
    files: sorted(spec.files.map((file) => (file.isSecret ? { ...file, contentBase64: "" } : file))),
    mounts: sorted(spec.mounts),
    networkAliases: sorted(spec.networkAliases),
    security: {
      ...spec.security,
      addCapabilities: sorted(spec.security.addCapabilities),
      dropCapabilities: sorted(spec.security.dropCapabilities),
    },
    rest,
  };
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}

function sorted(list: readonly unknown[]): readonly unknown[] {
  return list.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** JSON with the keys of every object in alphabetical order and absent values left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
