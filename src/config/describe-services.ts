import type { ConfigurationProblem } from "../errors/configuration-error.ts";
import { isObject } from "../errors/is-object.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";
import { findFactory, serviceTypeNames } from "../services/service-types.ts";
import { nearest } from "../validation/nearest.ts";
import { asTexts, fillIn, referencesIn } from "./env-references.ts";

type AnyService = ServiceDefinition<unknown, unknown>;
type Data = Readonly<Record<string, unknown>>;

/** What data says of services. */
export interface DescribedServices {
  /** Those that can be made of it, by name. */
  readonly described: Readonly<Record<string, AnyService>>;
  /** Everything that is wrong with what is no option of a service. */
  readonly problems: readonly ConfigurationProblem[];
}

/** Makes services of data: each has a `type`, an `image` and its options; `dependsOn` names others. */
export function describeServices(services: Data): DescribedServices {
  const describer = new ServiceDescriber(services);
  const described = Object.keys(services).flatMap((name) => {
    const definition = describer.describe(name);
    return definition === undefined ? [] : [[name, definition] as const];
  });
  return { described: Object.fromEntries(described), problems: describer.problems };
}

/** Describes each service once, those that it depends on first. */
class ServiceDescriber {
  readonly problems: ConfigurationProblem[] = [];
  readonly #services: Data;
  readonly #described = new Map<string, AnyService | undefined>();
  readonly #underWay: string[] = [];

  constructor(services: Data) {
    this.#services = services;
  }

  /** The service of a name; `undefined` when something is wrong with it, which is told once. */
  describe(name: string): AnyService | undefined {
    if (this.#described.has(name)) return this.#described.get(name);
    this.#underWay.push(name);
    const definition = this.#make(name, this.#services[name]);
    this.#underWay.pop();
    this.#described.set(name, definition);
    return definition;
  }

  #make(name: string, written: unknown): AnyService | undefined {
    const path = `services.${name}`;
    const lack = lackOf(written);
    if (lack !== undefined) {
      this.#tell(path, lack);
      return undefined;
    }
    const { type, image, dependsOn, ...options } = written as WrittenService; // It lacks nothing.
    const factory = findFactory(type);
    if (factory === undefined) this.#tell(`${path}.type`, unknownName(type, "is not registered", serviceTypeNames()));
    const dependencies = this.#dependenciesOf(dependsOn, `${path}.dependsOn`);
    const given = { ...options, ...dependencies, ...this.#environmentOf(options, dependencies, `${path}.env`) };
    // What it is given is checked by what it gives, as options from anywhere are.
    return factory?.(image, given as never);
  }

  /** A list has the services' own names; an object gives them others. */
  #dependenciesOf(written: unknown, path: string): { readonly dependsOn?: Readonly<Record<string, AnyService>> } {
    if (written === undefined) return {};
    const isList = Array.isArray(written);
    const wanted = Object.entries(isObject(written) ? written : {}).map(([key, name]: [string, unknown]) => ({
      localName: isList ? String(name) : key,
      name,
      path: `${path}.${key}`,
    }));
    if (!isObject(written) || wanted.some(({ name }) => typeof name !== "string")) {
      this.#tell(path, "must be names of services, as a list or by the names it has for them");
      return {};
    }
    const found = wanted.flatMap(({ localName, name, path: at }) => {
      const definition = this.#dependency(String(name), at);
      return definition === undefined ? [] : [[localName, definition] as const];
    });
    return { dependsOn: Object.fromEntries(found) };
  }

  #dependency(name: string, path: string): AnyService | undefined {
    if (!Object.hasOwn(this.#services, name)) {
      this.#tell(path, unknownName(name, "is no service of the configuration", Object.keys(this.#services)));
      return undefined;
    }
    if (!this.#underWay.includes(name)) return this.describe(name);
    const ring = [...this.#underWay.slice(this.#underWay.indexOf(name)), name];
    this.#tell(path, `closes a ring: ${ring.join(" → ")}`);
    return undefined;
  }

  /** Text such as `${db.networkUrl}` stands for what is known once that service is ready. */
  #environmentOf(
    { env }: Data,
    { dependsOn = {} }: { readonly dependsOn?: Readonly<Record<string, AnyService>> },
    path: string,
  ): { readonly env?: unknown } {
    if (!isObject(env) || Array.isArray(env)) return {};
    const references = referencesIn(env);
    const known = Object.keys(dependsOn);
    for (const { variable, name } of references.filter(({ name }) => !known.includes(name))) {
      const hint = known.length === 0 ? "it depends on nothing" : `it depends on ${known.join(", ")}`;
      this.#tell(`${path}.${variable}`, `${JSON.stringify(name)} is not among its \`dependsOn\`; ${hint}`);
    }
    const texts = asTexts(env);
    return { env: references.length === 0 ? texts : fillIn(texts) };
  }

  #tell(path: string, message: string): void {
    this.problems.push({ path, message });
  }
}

/** What a service has besides its options. */
interface WrittenService extends Data {
  readonly type: string;
  readonly image: string;
}

/** What data lacks to be a service; `undefined` when it lacks nothing. */
function lackOf(written: unknown): string | undefined {
  if (!isObject(written) || Array.isArray(written)) return "must be an object with `type` and `image`";
  const { type, image } = written as Data;
  if (typeof type !== "string") return "must say its `type`, such as postgres, redis or container";
  return typeof image === "string" ? undefined : "must say its `image`, for example `postgres:17-alpine`";
}

function unknownName(name: string, complaint: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `there are ${known.join(", ")}` : `did you mean ${JSON.stringify(meant)}?`;
  return `${JSON.stringify(name)} ${complaint}; ${hint}`;
}
