import * as v from "valibot";
import { CoordinatorError } from "../errors/coordinator-error.ts";
import { MAX_CAUSES } from "../errors/error-data.ts";
import { resourceMetrics } from "../resources/resource-metric.ts";
import type { MadePart } from "../services/division/part-maker.ts";
import type { CoordinatorFunctions } from "./protocol.ts";

/** Longest description of what is wrong with a message. */
const MAX_PROBLEM_LENGTH = 300;

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(200));
const text = v.pipe(v.string(), v.maxLength(4096));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const textByName = v.record(v.string(), v.string());

const policy = v.picklist(["lru", "mru", "lfu", "ttl"]);

const ruleTerms = {
  metric: v.picklist(resourceMetrics),
  above: v.number(),
  forMs: count,
  cooldownMs: count,
  maxActions: v.optional(count),
  webhook: v.optional(text),
  option: v.optional(text),
};

const rule = v.variant("action", [
  v.strictObject({ action: v.picklist(["alert", "restart", "kill"]), ...ruleTerms }),
  v.strictObject({ action: v.literal("throttle"), toCpuCores: v.number(), ...ruleTerms }),
]);

const request = v.strictObject({
  requestId: id,
  group: text,
  name: v.pipe(id, v.regex(/^[a-z]([a-z0-9_-]*[a-z0-9])?$/i)), // It becomes part of the container's name.
  key: id,
  baseKey: v.optional(id),
  network: v.optional(id),
  cacheVolumes: v.optional(v.array(id)),
  dependsOn: v.array(id),
  stopGraceMs: count,
  keepAliveMs: count,
  resources: v.optional(v.strictObject({ intervalMs: v.pipe(count, v.minValue(1)), rules: v.array(rule) })),
  capacity: v.optional(
    v.strictObject({
      maxContainers: v.optional(count),
      maxIdleContainers: v.optional(count),
      whenFull: v.optional(v.picklist(["wait", "fail"])),
      policy: v.optional(policy),
      maxReuseMs: v.optional(count),
    }),
  ),
  caches: v.optional(
    v.strictObject({
      images: v.strictObject({ policy, ttlMs: count, maxBytes: count }),
      networks: v.strictObject({ policy, maxEntries: count }),
      volumes: v.strictObject({ policy, maxEntries: count }),
    }),
  ),
  claim: v.optional(v.strictObject({ includesShared: v.boolean() })),
  keepsFailure: v.optional(v.boolean()),
  seed: v.optional(text),
});

const connection = v.strictObject({
  name: id,
  id,
  image: text,
  key: id,
  host: text,
  ports: v.record(v.string(), count),
  networkAlias: v.optional(text),
  details: textByName,
  parts: v.optional(
    v.picklist(["postgres-databases", "postgres-reset-databases", "postgres-schemas", "redis-databases", "own"]),
  ),
});

/** What a probe says besides is looked at where it is tried. */
const probe = v.looseObject({ kind: v.string() });

const watchPlan = v.strictObject({
  probe,
  intervalMs: count,
  timeoutMs: count,
  failureThreshold: count,
  successThreshold: count,
  startPeriodMs: count,
});

const care = v.strictObject({
  readiness: v.optional(watchPlan),
  liveness: v.optional(watchPlan),
  restart: v.optional(v.strictObject({ maxRestarts: count, delayMs: count, resetAfterMs: count })),
  restartProblem: v.optional(text),
  startProbe: v.optional(probe),
  startTimeoutMs: count,
  attemptTimeoutMs: count,
  isEngineLocal: v.boolean(),
  memoryMounts: v.array(text),
  startAttempts: count,
});

const warmRecipe = v.strictObject({
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  service: id,
  containerId: id,
  baseImageId: id,
  dataDirectory: text,
  details: textByName,
  ownerScript: text,
  packScript: text,
  finishScript: text,
});

const identity = v.strictObject({ pid: count, startedAtMs: v.number(), bootId: text, title: text });

const greeting = v.strictObject({
  secret: text,
  identity,
  memberId: id,
  sessionId: v.optional(id),
  offers: v.optional(v.array(id)),
});

const errorFields = {
  name: v.string(),
  message: v.string(),
  stack: v.optional(v.string()),
  code: v.optional(v.string()),
  details: v.optional(v.unknown()),
};

/** An error whose causes have causes themselves, so many times: one that had no end would exhaust the stack. */
function errorWithCauses(depth: number): v.GenericSchema {
  if (depth === 0) return v.strictObject(errorFields);
  const inner = errorWithCauses(depth - 1);
  return v.strictObject({ ...errorFields, cause: v.optional(inner), errors: v.optional(v.array(inner)) });
}

/** The arguments that each function of the coordinator takes. */
const argumentsOf: { readonly [Name in keyof CoordinatorFunctions]: v.GenericSchema<unknown[]> } = {
  hello: v.strictTuple([greeting]),
  acquire: v.strictTuple([request]),
  giveBack: v.strictTuple([v.strictObject({ serviceId: id, requestId: id, isReusable: v.boolean() })]),
  createAhead: v.strictTuple([request]),
  cancel: v.strictTuple([id]),
  created: v.strictTuple([id, connection, care]),
  healthOf: v.strictTuple([id]),
  metricsOf: v.strictTuple([id]),
  restart: v.strictTuple([id]),
  keepWarm: v.strictTuple([id, warmRecipe]),
  failed: v.strictTuple([id, errorWithCauses(MAX_CAUSES)]),
  abandoned: v.strictTuple([id]),
  release: v.strictTuple([id, v.nullable(id)]),
  isKnownValid: v.strictTuple([id]),
  foundValid: v.strictTuple([id]),
  offerParts: v.strictTuple([id]),
  takePart: v.strictTuple([v.strictObject({ serviceId: id, requestId: id })]),
  takeImageTurn: v.strictTuple([v.strictObject({ requestId: id, key: text })]),
  endImageTurn: v.strictTuple([
    id,
    v.picklist(["done", "failed", "given-up"]),
    v.nullable(errorWithCauses(MAX_CAUSES)),
  ]),
  givePart: v.strictTuple([id, id, count]),
  endSession: v.strictTuple([]),
  cacheStats: v.strictTuple([count]),
  inspectImage: v.strictTuple([text]),
  status: v.strictTuple([]),
  metrics: v.strictTuple([]),
  removeServices: v.strictTuple([v.array(id), v.boolean()]),
  sweep: v.strictTuple([]),
};

/** A call of one of the coordinator's functions, as birpc writes it. */
const call = v.strictObject({ t: v.literal("q"), i: id, m: v.string(), a: v.array(v.unknown()) });

/** What a call says. */
export interface Call {
  /** The function. */
  readonly m: keyof CoordinatorFunctions;
  /** Its arguments, which are as that function takes them. */
  readonly a: readonly unknown[];
}

/**
 * Reads a message of a member.
 *
 * @returns The call, or what is wrong with it.
 */
export function parseCall(message: unknown): Call | string {
  const { success, output, issues } = v.safeParse(call, message, { abortEarly: true });
  if (!success) return `a message is no call: ${inWords(issues)}`;
  if (!Object.hasOwn(argumentsOf, output.m)) return `there is no function ${JSON.stringify(output.m.slice(0, 80))}`;
  const name = output.m as keyof CoordinatorFunctions;
  const parsed = v.safeParse(argumentsOf[name], output.a, { abortEarly: true });
  return parsed.success ? { m: name, a: output.a } : `${name}: ${inWords(parsed.issues)}`;
}

/** What functions of members answer that answer something. */
interface MemberAnswers {
  readonly makePart: MadePart;
  readonly resetPart: string | null;
  readonly listParts: readonly string[];
}

const answersOf: { readonly [Name in keyof MemberAnswers]: v.GenericSchema<unknown, MemberAnswers[Name]> } = {
  makePart: v.strictObject({ id, maxIdle: count, canReset: v.boolean() }),
  resetPart: v.nullable(id),
  listParts: v.array(id),
};

/** An answer to a call of a member's function, as birpc writes it. */
const answer = v.strictObject({
  t: v.literal("s"),
  i: id,
  r: v.optional(v.unknown()),
  e: v.optional(errorWithCauses(MAX_CAUSES)),
});

/** Whether a message of a member answers a call, rather than being one. What it answers is not looked at. */
export function isAnswer(message: unknown): boolean {
  return v.is(answer, message);
}

/**
 * Checks what a function of a member has answered.
 *
 * @throws CoordinatorError when it is nothing that it can answer.
 */
export function checkedAnswer<Name extends keyof MemberAnswers>(name: Name, value: unknown): MemberAnswers[Name] {
  const schema: v.GenericSchema<unknown, MemberAnswers[Name]> = answersOf[name];
  const { success, output, issues } = v.safeParse(schema, value, { abortEarly: true });
  if (success) return output;
  throw new CoordinatorError({ problem: `A member answered ${name} with what it cannot: ${inWords(issues)}.` });
}

/** What is wrong, on one line and of a length that a log can take: it quotes what was received. */
function inWords(issues: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  return v
    .summarize([...issues])
    .replaceAll(/\s+/g, " ")
    .slice(0, MAX_PROBLEM_LENGTH);
}
