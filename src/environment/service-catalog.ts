import type { Services } from "../config/cleanroom-config.ts";
import type { PlanTerms } from "../container/service-plan.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import type { ServiceDefinition } from "../services/service-definition.ts";

/** Any service. */
export type AnyService = ServiceDefinition<unknown, unknown>;

/** Who shares a service. */
export type Scope = PlanTerms["scope"];

/** Who shares a service, as its options say. */
export function scopeOf({ options }: AnyService): Scope {
  return options.scope ?? "project";
}

/** Which services an environment knows, by name and by object; and who depends on whom. */
export class ServiceCatalog {
  readonly #configured: ReadonlySet<AnyService>;
  readonly #names = new Map<AnyService, string>();
  readonly #dependencies = new Set<AnyService>();

  constructor(services: Services) {
    this.#configured = new Set(Object.values(services));
    for (const [name, definition] of Object.entries(services)) {
      this.add(name, definition);
      const { fallback } = definition.options.recovery ?? {};
      if (typeof fallback === "object") this.add(name, fallback);
    }
  }

  /**
   * Makes a service known.
   *
   * @throws ConfigurationError when the same object already has another name.
   */
  add(name: string, definition: AnyService): void {
    const other = this.#names.get(definition) ?? name;
    if (other !== name) {
      const message = `is the same object as \`${other}\`; describe it twice to get two containers`;
      throw new ConfigurationError({ origin: "The configuration", problems: [{ path: `services.${name}`, message }] });
    }
    this.#names.set(definition, name);
    for (const dependency of Object.values(definition.dependsOn)) this.#dependencies.add(dependency);
  }

  /** Makes known what takes the place of a service: it is reached as that one would have been. */
  addFallback(name: string, fallback: AnyService, definition: AnyService): void {
    this.add(name, fallback);
    if (this.isOnNetwork(definition)) this.#dependencies.add(fallback);
  }

  /** Forgets a service that is gone, unless the configuration describes it. */
  forget(name: string): void {
    for (const [definition, known] of this.#names) {
      if (known === name && !this.#configured.has(definition)) this.#names.delete(definition);
    }
  }

  /**
   * Everything that a service depends on: under which name it wants it, and which service that is.
   *
   * @throws ConfigurationError when the environment does not know it, or when others share it than share the service: they are
   * on different networks, and whoever shares the service would use what somebody else's depends on. Or when each test has a
   * container of it, so that it is not clear which one is meant.
   */
  dependenciesOf(name: string, definition: AnyService): readonly Dependency[] {
    const dependencies = Object.entries(definition.dependsOn).map(([localName, dependency]) => ({
      localName,
      definition: dependency,
      name: this.#names.get(dependency) ?? unknownDependency(name, localName),
    }));
    assertSameScope(name, definition, dependencies);
    assertOneForAll(name, dependencies);
    return dependencies;
  }

  /** Whether a service joins the environment's network. */
  isOnNetwork(definition: AnyService): boolean {
    const hasDependencies = Object.keys(definition.dependsOn).length > 0;
    return definition.options.network ?? (hasDependencies || this.#dependencies.has(definition));
  }
}

/** One thing that a service depends on. */
export interface Dependency {
  /** The name its options give it. */
  readonly localName: string;
  /** Its name in the environment. */
  readonly name: string;
  /** What it is. */
  readonly definition: AnyService;
}

function unknownDependency(name: string, localName: string): never {
  const message = `is not among the environment's services; add the same object to \`services\``;
  throw new ConfigurationError({ origin: name, problems: [{ path: `dependsOn.${localName}`, message }] });
}

function assertSameScope(name: string, definition: AnyService, dependencies: readonly Dependency[]): void {
  const scope = scopeOf(definition);
  const problems = dependencies
    .filter((dependency) => scopeOf(dependency.definition) !== scope)
    .map((dependency) => {
      const both = `\`${dependency.name}\` has the scope "${scopeOf(dependency.definition)}" and \`${name}\` the scope "${scope}"`;
      return { path: `dependsOn.${dependency.localName}`, message: `${both}; give both the same \`scope\`` };
    });
  if (problems.length > 0) throw new ConfigurationError({ origin: name, problems });
}

function assertOneForAll(name: string, dependencies: readonly Dependency[]): void {
  const problems = dependencies
    .filter(({ definition }) => definition.hasOwnContainers === true)
    .map((dependency) => {
      const reason = `\`${dependency.name}\` has \`isolation\`, so that there are several containers of it`;
      return {
        path: `dependsOn.${dependency.localName}`,
        message: `${reason}; describe another without, to depend on`,
      };
    });
  if (problems.length > 0) throw new ConfigurationError({ origin: name, problems });
}
