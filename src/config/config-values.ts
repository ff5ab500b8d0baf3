import { isObject, isPlainObject } from "../errors/is-object.ts";
import { resolveServiceOptions } from "../services/resolve-options.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";
import type { CleanroomConfig } from "./cleanroom-config.ts";
import { originOf } from "./config-origin.ts";
import { masked } from "./masked.ts";
import type { ResolvedSettings, SettingName, Settings, SettingSource } from "./settings.ts";
import { settingDefinitions, settingNames, valuesSaid } from "./settings.ts";

/** One source of a value. */
export interface ValueOrigin {
  /** What kind of source it is. */
  readonly source: SettingSource;
  /** Which one: the option of the command line, the variable, the file with line and column where it is data; `default`. */
  readonly origin: string;
  /** What it says. Passwords and the like are masked. */
  readonly value: unknown;
}

/** One value of a configuration, and where it came from. */
export interface ConfigValue extends ValueOrigin {
  /** Where it is in the configuration, for example `capacity.maxContainers` or `services.db.image`. */
  readonly path: string;
  /** What else says it, the next one first; it is overruled, or, as with `imageSubstitutions`, part of the value. */
  readonly others: readonly ValueOrigin[];
}

/** The settings that a configuration is run with. */
export interface SettledConfig {
  /** The configuration, which is valid. */
  readonly config: CleanroomConfig;
  /** Every setting, decided. */
  readonly resolved: ResolvedSettings;
  /** What the command line says. */
  readonly commandLine: Partial<Settings>;
}

/** Every setting, and every option of every service, with where it came from. */
export async function configValues(settled: SettledConfig): Promise<readonly ConfigValue[]> {
  const { config } = settled;
  const settings = settingNames.map((name) => settingValue(name, settled));
  const paths = settingNames.map((name) => settingDefinitions[name].path);
  const isSetting = (path: string): boolean => paths.some((each) => path === each || path.startsWith(`${each}.`));
  const { services, ...rest } = config;
  const others = leaves(rest, "").filter(({ path }) => !isSetting(path));
  const options = Object.entries(services).flatMap(([name, definition]) => serviceLeaves(name, definition, services));
  const written = [...others, ...options].map((leaf) => leafValue(leaf, config));
  return Promise.all([...settings, ...written]);
}

async function settingValue(name: SettingName, { config, resolved, commandLine }: SettledConfig): Promise<ConfigValue> {
  const { path, variable } = settingDefinitions[name];
  const places: Readonly<Record<SettingSource, () => string | Promise<string>>> = {
    "command line": () => `--set ${path}`,
    environment: () => variable,
    file: () => placeIn(config, path),
    default: () => "default",
  };
  const said = valuesSaid(name, config, commandLine).map(async ({ source, value }): Promise<ValueOrigin> => ({
    source,
    origin: await places[source](),
    value: masked(value, path),
  }));
  const [first, ...others] = await Promise.all(said);
  return { path, origin: "default", source: "default", ...first, value: masked(resolved[name].value, path), others };
}

/** A value that is no object with values of its own. */
interface Leaf {
  readonly path: string;
  readonly value: unknown;
  readonly isDefault?: boolean;
}

async function leafValue({ path, value, isDefault = false }: Leaf, config: CleanroomConfig): Promise<ConfigValue> {
  const source = isDefault ? "default" : "file";
  const origin = isDefault ? "default" : await placeIn(config, path);
  return { path, value: masked(value, path), source, origin, others: [] };
}

/** A configuration that is given in place is where the call is. */
function placeIn(config: CleanroomConfig, path: string): string | Promise<string> {
  const written = originOf(config);
  return written?.placeOf?.(path) ?? written?.file ?? "the configuration";
}

function serviceLeaves(
  name: string,
  { kind, image, dependsOn, options }: ServiceDefinition<unknown, unknown>,
  services: CleanroomConfig["services"],
): readonly Leaf[] {
  const path = `services.${name}`;
  const { dependsOn: _definitions, factory: _factory, ...own }: Readonly<Record<string, unknown>> = options;
  const needed = Object.entries(dependsOn).map(([localName, definition]) => ({
    path: `${path}.dependsOn.${localName}`,
    value: Object.keys(services).find((other) => services[other] === definition),
  }));
  const given = leaves(own, path);
  const defaults = Object.entries(resolveServiceOptions({}))
    .filter(([option, value]) => !isObject(value) && !(option in own))
    .map(([option, value]): Leaf => ({ path: `${path}.${option}`, value, isDefault: true }));
  return [
    { path: `${path}.type`, value: kind },
    { path: `${path}.image`, value: image },
    ...needed,
    ...given,
    ...defaults,
  ];
}

function leaves(value: object, path: string): readonly Leaf[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (inner === undefined) return [];
    const hasValues =
      typeof inner === "object" && inner !== null && isPlainObject(inner) && Object.keys(inner).length > 0;
    return hasValues ? leaves(inner, at) : [{ path: at, value: inner }];
  });
}
