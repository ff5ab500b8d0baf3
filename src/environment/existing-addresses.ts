import type { Services } from "../config/cleanroom-config.ts";
import { readOriginalVariable, readVariable, SERVICE_URL_PREFIX } from "../config/environment-variables.ts";
import { isObject } from "../errors/is-object.ts";
import type { ExistingAddress } from "../services/existing-service.ts";
import { refuseAddress } from "../services/existing-service.ts";
import type { AnyService } from "./service-catalog.ts";

/** Which services exist already, as the environment variables say. */
export class ExistingAddresses {
  readonly #namesByVariable = new Map<string, string>();
  readonly #found = new Map<string, ExistingAddress>();

  /** What using some failed with, by name: whoever asks again need not wait for it again. */
  readonly failures: Map<string, unknown> = new Map<string, unknown>();

  /** Those of which an address is known, in the order in which they were asked for. */
  get found(): readonly ExistingAddress[] {
    return [...this.#found.values()];
  }

  /**
   * Where each service of a configuration answers, which may not be valid otherwise; `undefined` for one that no variable names.
   *
   * @throws ConfigurationError when an address cannot be that of its service.
   */
  async ofAll(services: Services): Promise<readonly (ExistingAddress | undefined)[]> {
    const described = isObject(services) ? Object.entries(services).filter(([, each]) => isDescribed(each)) : [];
    return Promise.all(
      described.map(async ([name, definition]) => {
        const address = this.of(name, definition);
        if (address !== undefined) (await definition.load()).planExisting(address);
        return address;
      }),
    );
  }

  /**
   * Where a service answers; `undefined` when no variable says so. That of its own name wins over the one its options name.
   *
   * @throws ConfigurationError when what the variable says is no URL, or another service's name makes the same variable.
   */
  of(name: string, definition: AnyService): ExistingAddress | undefined {
    const address = this.#addressOf(name, definition);
    if (address !== undefined) this.#found.set(name, address);
    return address;
  }

  #addressOf(name: string, { options }: AnyService): ExistingAddress | undefined {
    const ownVariable = variableOf(name);
    const other = this.#namesByVariable.get(ownVariable) ?? name;
    this.#namesByVariable.set(ownVariable, other);
    const own = readVariable(ownVariable);
    if (own !== undefined && other !== name) {
      refuseAddress({ name, variable: ownVariable }, `is that of \`${other}\` as well; rename one of the two`);
    }
    if (own !== undefined) return addressIn(name, ownVariable, own);
    const { urlFrom } = options;
    const value = typeof urlFrom === "string" ? readOriginalVariable(urlFrom) : undefined; // It may not be checked yet.
    return urlFrom === undefined || value === undefined ? undefined : addressIn(name, urlFrom, value);
  }
}

/** The variable that says where a service of this name answers. */
export function variableOf(name: string): string {
  return `${SERVICE_URL_PREFIX}${inCapitals(name)}`;
}

/** The name of a service as it is written in the names of variables. */
export function inCapitals(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_");
}

/**
 * Where a service answers that takes another's place, as its options say.
 *
 * @throws ConfigurationError when that is no URL.
 */
export function fallbackAddress(name: string, url: string): ExistingAddress {
  return addressIn(name, "recovery.fallback", url);
}

/** What is wrong is told without the value, which may hold a password. */
function addressIn(name: string, variable: string, value: string): ExistingAddress {
  const url = URL.parse(value.trim());
  if (url === null)
    refuseAddress({ name, variable }, "must be a URL, as in `postgres://user:password@host:5432/database`");
  return { name, variable, url };
}

/** What is no service is told when the configuration is checked. */
function isDescribed(value: unknown): boolean {
  return isObject(value) && "load" in value && "options" in value && isObject(value.options);
}
