/**
 * Adds to a part where it answers from other containers. Whoever prints, compares or copies a part reads all that is enumerable,
 * so this is not: it throws where its server is on no network.
 */
export function withNetworkUrl<Part extends object>(
  part: Part,
  networkUrl: () => string,
): Part & { readonly networkUrl: string } {
  // What is defined is what the type adds.
  return Object.defineProperty(part, "networkUrl", { get: networkUrl }) as Part & { readonly networkUrl: string };
}
