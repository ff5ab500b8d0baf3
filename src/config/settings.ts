import type { CapacityPolicy } from "../registry/capacity-policy.ts";
import type { DefaultLimits } from "../services/service-defaults.ts";
import type { ContainerSpec } from "../spec/container-spec.ts";
import { cacheSettings, type CacheSettings } from "./cache-settings.ts";
import { LEAST_CPU_CORES, LEAST_MEMORY_BYTES } from "../spec/resource-limits.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";
import { readVariable } from "./environment-variables.ts";
import { parseSubstitutions, type Substitution } from "./image-substitution.ts";
import { aCount, aNumber, anyText, aSwitch, aTimeZone, oneOf, orFalse, type ParseSetting } from "./setting-values.ts";

/** What services are run with besides their own options. What is optional has a meaning when it is absent. */
export interface Settings extends CacheSettings {
  /** How processes share services. */
  readonly coordination: "shared" | "in-process";
  /** Images used in place of others; the first that matches wins. */
  readonly imageSubstitutions: readonly Substitution[];
  /** When the images of services are fetched whose options do not say. */
  readonly pullPolicy: ContainerSpec["pullPolicy"];
  /** Whether what initialisation made is kept as an image. */
  readonly warmImages: boolean;
  /** Whether containers that fail are kept to be looked at. */
  readonly keepOnFailure: boolean;
  /** Most containers of the project. */
  readonly maxContainers: number | undefined;
  /** Most containers that are kept though nobody uses them. */
  readonly maxIdleContainers: number | undefined;
  /** What becomes of a request when all containers are in use. */
  readonly whenFull: NonNullable<CapacityPolicy["whenFull"]>;
  /** Memory of a container whose own options do not say, in bytes; `false` for as much as there is. */
  readonly memoryBytes: number | false;
  /** Number of its processes and threads, likewise. */
  readonly pids: number | false;
  /** Its cores, likewise. */
  readonly cpuCores: number | false;
  /** What names, orders and random choices follow from; by chance when absent. */
  readonly seed: string | undefined;
  /** Time zone of every container, as its `TZ`; its image's when absent. */
  readonly timeZone: string | undefined;
  /** Locale of every container, as its `LANG` and `LC_ALL`; its image's when absent. */
  readonly locale: string | undefined;
  /** Whether images other than those that `cleanroom.lock` names are refused. */
  readonly frozen: boolean;
}

/** Where a value came from, the first of these that has one. */
export type SettingSource = "command line" | "environment" | "file" | "default";

/** One setting: where it is written, and what may be. */
export interface SettingDefinition<T> {
  /** The environment variable that says it. */
  readonly variable: string;
  /** Where it is in the configuration. */
  readonly path: string;
  /** Reads it from text. */
  readonly parse: ParseSetting<T>;
  /** What the configuration says; absent when it says nothing. */
  readonly ofConfig: (config: CleanroomConfig) => T | undefined;
  /** What holds where nothing says otherwise. */
  readonly byDefault: T;
  /** Makes one of two sources that both say something; the higher one wins alone when absent. */
  readonly combine?: (higher: T, lower: T) => T;
}

/** Every setting. */
export const settingDefinitions: { readonly [Name in keyof Settings]: SettingDefinition<Settings[Name]> } = {
  coordination: {
    variable: "CLEANROOM_COORDINATION",
    path: "coordination",
    parse: oneOf("shared", "in-process"),
    ofConfig: ({ coordination }) => coordination,
    byDefault: "shared",
  },
  imageSubstitutions: {
    variable: "CLEANROOM_IMAGE_SUBSTITUTIONS",
    path: "imageSubstitutions",
    parse: parseSubstitutions,
    ofConfig: ({ imageSubstitutions }) => imageSubstitutions && Object.entries(imageSubstitutions),
    byDefault: [],
    combine: (higher, lower) => [...higher, ...lower],
  },
  pullPolicy: {
    variable: "CLEANROOM_PULL_POLICY",
    path: "pullPolicy",
    parse: oneOf("missing", "always", "never"),
    ofConfig: ({ pullPolicy }) => pullPolicy,
    byDefault: "missing",
  },
  warmImages: {
    variable: "CLEANROOM_WARM_IMAGES",
    path: "warmImages",
    parse: aSwitch,
    ofConfig: ({ warmImages }) => warmImages,
    byDefault: false,
  },
  keepOnFailure: {
    variable: "CLEANROOM_KEEP_ON_FAILURE",
    path: "keepOnFailure",
    parse: aSwitch,
    ofConfig: ({ keepOnFailure }) => keepOnFailure,
    byDefault: false,
  },
  maxContainers: {
    variable: "CLEANROOM_MAX_CONTAINERS",
    path: "capacity.maxContainers",
    parse: aCount(1),
    ofConfig: ({ capacity }) => capacity?.maxContainers,
    byDefault: undefined,
  },
  maxIdleContainers: {
    variable: "CLEANROOM_MAX_IDLE_CONTAINERS",
    path: "capacity.maxIdleContainers",
    parse: aCount(0),
    ofConfig: ({ capacity }) => capacity?.maxIdleContainers,
    byDefault: undefined,
  },
  whenFull: {
    variable: "CLEANROOM_WHEN_FULL",
    path: "capacity.whenFull",
    parse: oneOf("wait", "fail"),
    ofConfig: ({ capacity }) => capacity?.whenFull,
    byDefault: "wait",
  },
  memoryBytes: {
    variable: "CLEANROOM_MEMORY_BYTES",
    path: "limits.memoryBytes",
    parse: orFalse(aCount(LEAST_MEMORY_BYTES)),
    ofConfig: limitOf("memoryBytes"),
    byDefault: 4 * 1024 ** 3,
  },
  pids: {
    variable: "CLEANROOM_PIDS",
    path: "limits.pids",
    parse: orFalse(aCount(1)),
    ofConfig: limitOf("pids"),
    byDefault: 4_096,
  },
  cpuCores: {
    variable: "CLEANROOM_CPU_CORES",
    path: "limits.cpuCores",
    parse: orFalse(aNumber(LEAST_CPU_CORES)),
    ofConfig: limitOf("cpuCores"),
    byDefault: false,
  },
  ...cacheSettings,
  seed: {
    variable: "CLEANROOM_SEED",
    path: "seed",
    parse: anyText,
    ofConfig: ({ seed }) => seed?.toString(),
    byDefault: undefined,
  },
  timeZone: {
    variable: "CLEANROOM_TIME_ZONE",
    path: "timeZone",
    parse: aTimeZone,
    ofConfig: ({ timeZone }) => timeZone,
    byDefault: undefined,
  },
  locale: {
    variable: "CLEANROOM_LOCALE",
    path: "locale",
    parse: anyText,
    ofConfig: ({ locale }) => locale,
    byDefault: undefined,
  },
  frozen: {
    variable: "CLEANROOM_FROZEN",
    path: "frozen",
    parse: aSwitch,
    ofConfig: ({ frozen }) => frozen,
    byDefault: false,
  },
};

function limitOf(name: keyof DefaultLimits): (config: CleanroomConfig) => number | false | undefined {
  return ({ limits }) => (limits === false ? false : limits?.[name]);
}

/** The name of a setting. */
export type SettingName = keyof Settings;

/** The names of all settings. */
// The table says which there are.
export const settingNames: readonly SettingName[] = Object.keys(settingDefinitions) as SettingName[];

/** One setting's value, and where it came from. */
export interface ResolvedSetting<T> {
  /** The value. */
  readonly value: T;
  /** The highest source that says it. */
  readonly source: SettingSource;
}

/** Every setting's value, and where it came from. */
export type ResolvedSettings = { readonly [Name in SettingName]: ResolvedSetting<Settings[Name]> };

/**
 * Decides every setting: what `commandLine` says wins over environment variables, those over the configuration, and that over the
 * defaults.
 *
 * @throws ConfigurationError naming the variable whose value cannot be.
 */
export function resolveSettings(config: CleanroomConfig, commandLine: Partial<Settings> = {}): ResolvedSettings {
  const resolved = settingNames.map((name) => [name, resolveSetting(name, config, commandLine)]);
  return Object.fromEntries(resolved) as ResolvedSettings; // One for each name.
}

/** The values alone. */
export function valuesOf(resolved: ResolvedSettings): Settings {
  const values = Object.entries(resolved).map(([name, { value }]: [string, ResolvedSetting<unknown>]) => [name, value]);
  return Object.fromEntries(values) as Settings; // One for each name.
}

function resolveSetting<Name extends SettingName>(
  name: Name,
  config: CleanroomConfig,
  commandLine: Partial<Settings>,
): ResolvedSetting<Settings[Name]> {
  const { combine }: SettingDefinition<Settings[Name]> = settingDefinitions[name];
  const [first, ...lower] = valuesSaid(name, config, commandLine);
  if (combine === undefined) return first;
  return { ...first, value: lower.reduce<Settings[Name]>((higher, { value }) => combine(higher, value), first.value) };
}

/** What each source says of a setting, the highest first, which wins unless they are combined; the default is the last. */
export function valuesSaid<Name extends SettingName>(
  name: Name,
  config: CleanroomConfig,
  commandLine: Partial<Settings>,
): readonly [ResolvedSetting<Settings[Name]>, ...ResolvedSetting<Settings[Name]>[]] {
  const { variable, parse, ofConfig, byDefault }: SettingDefinition<Settings[Name]> = settingDefinitions[name];
  const text = readVariable(variable);
  const candidates: readonly ResolvedSetting<Settings[Name] | undefined>[] = [
    { source: "command line", value: commandLine[name] },
    { source: "environment", value: text === undefined ? undefined : parse(text, variable) },
    { source: "file", value: ofConfig(config) },
  ];
  const said = candidates.filter(
    (candidate): candidate is ResolvedSetting<Settings[Name]> => candidate.value !== undefined,
  );
  const last: ResolvedSetting<Settings[Name]> = { source: "default", value: byDefault };
  const [first = last, ...lower] = said;
  return first === last ? [last] : [first, ...lower, last];
}
