import { createHash } from "node:crypto";
import type { ContainerSpec, Json } from "./container-spec.ts";

/**
 * Identifies everything that can change how a container behaves: equal keys mean interchangeable containers. It does not
 * depend on the order of environment variables, labels, ports, files or mounts, and holds no secret.
 *
 * @param rest - What besides the spec makes a difference, such as the content of migrations.
 * @param seal - Tells one secret from another without giving it away; without it, secrets make no difference.
 */
export function containerKey(
  spec: ContainerSpec,
  rest: Json = null,
  seal: (secret: string) => string = () => "",
): string {
  const content = {
    ...spec,
    build: undefined, // The image's name tells its content; where it is built makes no difference.
    secretArguments: spec.secretArguments?.map(seal),
    ports: sorted(spec.ports),
    files: sorted(
      spec.files.map((file) => (file.isSecret ? { ...file, contentBase64: seal(file.contentBase64) } : file)),
      ({ path }) => path,
    ),
    mounts: sorted(spec.mounts, ({ target }) => target),
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

/** Of files or mounts at the same place the last one wins, so those keep their order. */
function sorted<T>(list: readonly T[], by: (item: T) => string = canonicalJson): readonly T[] {
  return list.toSorted((a, b) => Number(by(a) > by(b)) - Number(by(a) < by(b)));
}

/** JSON with the keys of every object in alphabetical order and absent values left out. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
