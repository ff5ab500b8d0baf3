import type { Control, NamedTest, Off } from "../control.ts";

const containerCache = "src/coordinator/container-cache.ts";
const networks = "src/coordinator/shared-networks.ts";
const volumes = "src/coordinator/cache-volumes.ts";
const tidying = "src/warm/tidy-warm-images.ts";
const counters = "src/caches/cache-stats.ts";

/** What is kept for the next, and what the registry says of it. */
export const caches: readonly Control[] = [
  {
    row: 7,
    feature: "the registry lists what the engine has",
    test: registered("the registry lists what the engine has of the session, whatever happens to it"),
    off: change(
      "src/registry/shared-registry.ts",
      "if (this.#entries.get(entry.name) === entry) this.#entries.delete(entry.name);",
      "this.#entries.get(entry.name);",
    ),
  },
  {
    row: 8,
    feature: "limits are part of the key",
    test: registered("two services of one name whose memory limits differ are two containers"),
    off: change("src/spec/key.ts", "    ...spec,\n", "    ...spec,\n    limits: {},\n"),
  },
  {
    row: 9,
    feature: "the registry tells every state",
    test: registered("the states that the registry tells are those that the engine tells"),
    off: change(
      "src/environment/managed-service.ts",
      'if (this.state === "ready") this',
      'if (this.state === "failed") this',
    ),
  },
  {
    row: 12,
    feature: "every cache has statistics, which the command line prints",
    test: named(
      "the statistics > tell of one miss and nine hits as a ratio of 0.9, and the command line says the same",
    ),
    off: change("src/environment/environment-caches.ts", "this.#hitsAtHand += 1", "this.#hitsAtHand += 0"),
  },
  {
    row: 62,
    feature: "the least recently used container makes room",
    test: named(
      "containers that are kept > make room in the order of the policy: the one unused the longest is stopped and removed",
    ),
    off: change(
      "src/caches/cache-terms.ts",
      'containerPolicy: EvictionPolicyName = "lru"',
      'containerPolicy: EvictionPolicyName = "mru"',
    ),
  },
  {
    row: 62,
    feature: "what is in use never makes room",
    test: named("containers that are kept > stay while somebody uses them, whoever wants room"),
    off: change(
      "src/coordinator/service-book.ts",
      "request.group === group && isUnused && state",
      "request.group === group && (isUnused || !isUnused) && state",
    ),
  },
  {
    row: 63,
    feature: "an image is asked for again after its time",
    test: named(
      "an image is inspected once as long as that is believed, and again afterwards; one that is missing each time",
    ),
    off: change("src/warm/image-memo.ts", "maxEntries: MAX_KNOWN, ttlMs }", "maxEntries: MAX_KNOWN }"),
  },
  {
    row: 63,
    feature: "an image is remembered",
    test: named(
      "an image is inspected once as long as that is believed, and again afterwards; one that is missing each time",
    ),
    off: change("src/warm/image-memo.ts", "    this.#known.set(image, known);\n", ""),
  },
  {
    row: 64,
    feature: "a free network is kept for the session",
    test: named("a network that nobody is on > is kept for the next while the session lasts, and goes with it"),
    off: change(networks, "network.sessionIds.size === 0 || !network.exists", "true"),
  },
  {
    row: 64,
    feature: "networks are bounded",
    test: named(
      "a network that nobody is on > makes room for others, the one used least often first; one that is in use does not",
    ),
    off: change(networks, "    this.#networks.limit(limitsOf(terms));\n", ""),
  },
  {
    row: 65,
    feature: "cache volumes make room in their order",
    test: named("a cache volume > makes room for others, the one used last first"),
    off: change("src/caches/cache-terms.ts", 'policy: "mru"', 'policy: "lru"'),
  },
  {
    row: 65,
    feature: "a cache volume holds what was written",
    test: named(
      "a cache volume > holds what was written for the next container, and goes with prune, but not while it is mounted",
    ),
    off: change(
      volumes,
      "`cleanroom-cache-${digest.slice(0, 16)}`",
      "`cleanroom-cache-${digest.slice(0, 8)}${Date.now()}`",
    ),
  },
  {
    row: 66,
    feature: "each policy is what it says",
    test: {
      project: "unit",
      file: "test/unit/caches/leased-cache.test.ts",
      name: "a cache whose policy is lfu > does what the model does, in 10 000 random steps; what is in use stays",
    },
    off: change("src/caches/eviction-policy.ts", "ascending(a.uses, b.uses)", "ascending(b.uses, a.uses)"),
  },
  {
    row: 66,
    feature: "any cache takes any policy",
    test: named("containers that are kept > make room by another policy that the configuration names"),
    off: change(containerCache, "capacity?.policy ?? containerPolicy", "containerPolicy"),
  },
  {
    row: 67,
    feature: "hits and misses are the engine's",
    test: named("the statistics > agree with the engine's events after the traffic of a hundred containers"),
    off: change(counters, "this.#misses += 1", "this.#misses += 2"),
  },
  {
    row: 67,
    feature: "hits and misses are the engine's, in thousands",
    test: {
      project: "unit",
      file: "test/unit/coordinator/caches.test.ts",
      name: "after the traffic of a thousand containers every counter is what the engine saw",
    },
    off: change(counters, "?? 0) + 1", "?? 0) + 2"),
  },
  {
    row: 68,
    feature: "a container is not handed out for ever",
    test: named("containers that are kept > are not handed out for longer than they may be"),
    off: change(
      containerCache,
      "readyAtMs + (capacity?.maxReuseMs ?? Number.POSITIVE_INFINITY)",
      "Math.max(readyAtMs, Number.POSITIVE_INFINITY, capacity?.maxReuseMs ?? 0)",
    ),
  },
  {
    row: "extra",
    feature: "names that others gave to images stay",
    test: made("names that somebody else gave stay, as does what was made from an image of ours"),
    off: change(tidying, "image.tags.filter((tag) => isMadeName(tag, digestOf(image)))", "image.tags"),
  },
  {
    row: "extra",
    feature: "images that were built count",
    test: made("an image that was built counts with what it adds to the one it begins with"),
    off: change(tidying, "isWarm ? sizeOf(image) : await images.addedBytes(image.id)", "isWarm ? sizeOf(image) : 0"),
  },
];

function named(name: string): NamedTest {
  return { project: "docker", file: "test/docker/caches.test.ts", name };
}

function made(name: string): NamedTest {
  return { project: "docker", file: "test/docker/made-images.test.ts", name };
}

function registered(name: string): NamedTest {
  return { project: "docker", file: "test/docker/registry.test.ts", name };
}

function change(file: string, find: string, replace: string): Off {
  return { file, find, replace };
}
