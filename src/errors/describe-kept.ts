import { isObject } from "./is-object.ts";

/** How to look at a container that failed and is kept, and how to remove it. */
export function describeKept(keptAs: string | undefined, does: "runs" | "has ended"): string | undefined {
  if (keptAs === undefined) return undefined;
  const log = `\`docker logs ${keptAs}\` shows its log`;
  const inside = does === "runs" ? `\`docker exec -it ${keptAs} sh\` looks inside` : `\`docker cp\` copies its files`;
  return `It is kept as ${keptAs}: ${log}, ${inside}, \`docker rm -fv ${keptAs}\` removes it.`;
}

/** What the container that an error is about is called now that it is kept; `undefined` when it is not. */
export function keptNameIn(error: unknown): string | undefined {
  if (!isObject(error) || !("details" in error) || !isObject(error.details) || !("keptAs" in error.details))
    return undefined;
  return typeof error.details.keptAs === "string" ? error.details.keptAs : undefined;
}
