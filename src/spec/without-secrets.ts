import type { ContainerSpec } from "./container-spec.ts";

/** Shorter ones are in too many words by chance. */
const SHORTEST = 4;

/** A text that a container wrote, without what its secret files hold, each of which is `***` in it. */
export function withoutSecrets(text: string, { files }: Pick<ContainerSpec, "files">): string {
  return files
    .filter(({ isSecret }) => isSecret)
    .map(({ contentBase64 }) => Buffer.from(contentBase64, "base64").toString().trimEnd())
    .filter((secret) => secret.length >= SHORTEST)
    .toSorted((a, b) => b.length - a.length) // One may be a part of another.
    .reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
}
