import type { CacheSettings } from "../config/cache-settings.ts";
import { cacheSettings } from "../config/cache-settings.ts";
import type { Settings } from "../config/settings.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";

/**
 * Policies of one's own are code of the user, which the coordinator does not run.
 *
 * @throws ConfigurationError naming those that are given where services are shared.
 */
export function refuseOwnPolicies(settings: Settings, origin: string): void {
  if (settings.coordination === "in-process") return;
  const names = Object.keys(cacheSettings) as (keyof CacheSettings)[]; // The table says which there are.
  const own = names.filter((name) => typeof settings[name] === "object");
  const message =
    'a policy of your own needs `coordination: "in-process"`; otherwise give "lru", "mru", "lfu" or "ttl"';
  const problems = own.map((name) => ({ path: cacheSettings[name].path, message }));
  if (problems.length > 0) throw new ConfigurationError({ origin, problems });
}
