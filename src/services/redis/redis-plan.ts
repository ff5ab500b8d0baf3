import { createHash } from "node:crypto";
import type { ServicePlan } from "../../container/service-plan.ts";
import type { SpecParts } from "../plan-spec.ts";
import { planSpec, publishedPort } from "../plan-spec.ts";
import { secretFile } from "../secret-files.ts";
import { carePlan } from "../care-plan.ts";
import { planTerms } from "../resolve-options.ts";
import type { PendingPlan, PlanContext } from "../service-definition.ts";
import type { RedisOptions } from "./redis-options.ts";
import { REDIS_PORT } from "./redis-port.ts";

const PASSWORD_FILE = "/etc/cleanroom/redis.conf";

/** Nothing is written to disk: a test server's data goes with it. */
const settingsWithoutDurability = { save: "", appendonly: "no" };

/** Decides everything about a Redis container. Its options are valid. */
export async function planRedis(image: string, options: RedisOptions, context: PlanContext): Promise<PendingPlan> {
  const databases = Number(options.settings?.["databases"] ?? options.databases ?? 1024);
  const password = options.password ?? context.passwordFor("server");
  const access = accessWith(password, options.password !== undefined);
  const settings = { ...settingsWithoutDurability, databases: String(databases), ...options.settings };
  const specWith = await planSpec(
    {
      image,
      ports: [publishedPort(REDIS_PORT, options.hostPort)],
      files: access.files,
      mounts: [],
      engineOptions: {},
      process: {
        command: ["redis-server", ...access.files.map(({ path }) => path), ...argumentsOf(settings)],
        secretArguments: access.secretArguments,
      },
    },
    options,
    context,
  );
  const probe = { kind: "redis", port: REDIS_PORT } as const;
  const plan: ServicePlan = {
    spec: specWith(options.env ?? {}),
    probe,
    care: carePlan(options, { probe }),
    ...planTerms(options),
    fingerprint: null,
    parts: "redis-databases",
    details: { password: password === false ? "" : password, databases: String(databases) },
  };
  return () => plan;
}

/** What the server is started with so that it asks for a password. */
interface Access {
  readonly files: SpecParts["files"];
  readonly secretArguments: readonly string[];
}

/**
 * The password itself is never among the arguments: those can be read by whoever may list processes or inspect containers.
 * Nothing can be learnt from the hash of a random one, and it saves copying a file, a sixth of the whole start. One that
 * somebody chose could be guessed from its hash.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
 */
function accessWith(password: string | false, isChosen: boolean): Access {
  if (password === false) return { files: [], secretArguments: [] };
  if (isChosen) {
    const file = secretFile(PASSWORD_FILE, `requirepass ${JSON.stringify(password)}\n`);
    return { files: [file], secretArguments: [] };
  }
  const hash = createHash("sha256").update(password).digest("hex");
  return { files: [], secretArguments: ["--user", "default", "on", `#${hash}`, "~*", "&*", "+@all"] };
}

function argumentsOf(settings: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
