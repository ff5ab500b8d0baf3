import { randomBytes } from "node:crypto";
import type { ServicePlan } from "../../container/service-plan.ts";
import { planSpec, secretFile } from "../plan-spec.ts";
import { resolveServiceOptions } from "../resolve-options.ts";
import type { PendingPlan, PlanContext } from "../service-definition.ts";
import type { RedisOptions } from "./redis-options.ts";
import { REDIS_PORT } from "./redis-port.ts";

const PASSWORD_FILE = "/etc/cleanroom/redis.conf";

/** Nothing is written to disk: a test server's data goes with it. */
const settingsWithoutDurability = { save: "", appendonly: "no" };

/** Decides everything about a Redis container. Its options are valid. */
export async function planRedis(image: string, options: RedisOptions, context: PlanContext): Promise<PendingPlan> {
  const { databases = 1024 } = options;
  const password = options.password ?? randomBytes(18).toString("base64url");
  const settings = { ...settingsWithoutDurability, databases: String(databases), ...options.settings };
  const specWith = await planSpec(
    {
      image,
      ports: [
        {
          containerPort: REDIS_PORT,
          protocol: "tcp",
          ...(options.hostPort !== undefined && { hostPort: options.hostPort }),
        },
      ],
      // In a file, not among the arguments: those can be read by whoever may list processes or inspect containers.
      files: password === false ? [] : [secretFile(PASSWORD_FILE, `requirepass ${JSON.stringify(password)}\n`)],
      mounts: [],
      engineOptions: {},
      process: { command: ["redis-server", ...(password === false ? [] : [PASSWORD_FILE]), ...argumentsOf(settings)] },
    },
    options,
    context,
  );
  const { startTimeoutMs, attemptTimeoutMs } = resolveServiceOptions(options);
  const plan: ServicePlan = {
    spec: specWith(options.env ?? {}),
    probe: { kind: "redis", port: REDIS_PORT },
    startTimeoutMs,
    attemptTimeoutMs,
    fingerprint: null,
    details: { password: password === false ? "" : password, databases: String(databases) },
  };
  return () => plan;
}

function argumentsOf(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
