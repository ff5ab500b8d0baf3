import { resolve } from "node:path";
import { CleanroomEnvironment, findConfigFile, loadConfigFile, type Services } from "../index.ts";
import { inheritedVariables } from "../config/environment-variables.ts";
import { parseSetOptions } from "../config/set-options.ts";
import type { AnyService } from "../environment/service-catalog.ts";
import { unlessSignalled } from "../environment/signal-teardown.ts";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { messageOf } from "../errors/describe.ts";
import { existingListener, progressListeners } from "../integrations/runner/progress.ts";
import { ResourceScope } from "../lifecycle/resource-scope.ts";
import { nearest } from "../validation/nearest.ts";
import { checkAllGiven, checkGivenVariables, givenVariables, setGivenVariables } from "./given-variables.ts";
import { printAside, printError } from "./terminal.ts";

/** Which services are wanted, and how they are started. */
export interface WantedServices {
  /**
   * Path of the configuration, from the current directory.
   * @default the nearest one, in this directory or above
   */
  readonly config?: string | undefined;
  /**
   * Names of the services.
   * @default all of the configuration
   */
  readonly names?: readonly string[] | undefined;
  /**
   * Whether `work` must be told of each of them.
   * @default false
   */
  readonly areAllTold?: boolean;
  /** Whether nothing is said while they start. */
  readonly quiet?: boolean | undefined;
  /** Settings as `path=value`; `work` is told of them too. */
  readonly set?: readonly string[];
}

/**
 * Starts services, calls `work` with the environment variables by which a program finds a part of each that is its own, and gives
 * everything back when that has ended. What cannot be given back is told.
 *
 * @throws ConfigurationError before anything starts; what a start and taking a part throw.
 */
export async function withServices<T>(
  wanted: WantedServices,
  work: (variables: NodeJS.ProcessEnv) => Promise<T>,
): Promise<T> {
  const { settings, variables } = parseSetOptions(wanted.set ?? []);
  const { config, rootDirectory } = await loadConfigFile(
    wanted.config === undefined ? await findConfigFile(process.cwd()) : resolve(wanted.config),
  );
  const log = wanted.quiet === true ? () => undefined : printAside;
  const listeners = { ...progressListeners(log), "service:existing": existingListener(log) };
  const environment = await CleanroomEnvironment.open(config, { rootDirectory, listeners, settings });
  const parts = new ResourceScope();
  try {
    const services = pick(config.services, wanted.names);
    if (wanted.areAllTold === true) checkAllGiven(services);
    checkGivenVariables(services);
    const env = await unlessSignalled(variablesFor(services, environment, parts));
    return await work({ ...env, ...variables });
  } finally {
    await parts[Symbol.asyncDispose]().catch(tellNotCleanedUp);
    const { errors } = await environment.cleanup();
    errors.forEach(tellNotCleanedUp);
  }
}

/** @throws ConfigurationError when one of the names is none. */
function pick(services: Services, names: readonly string[] = Object.keys(services)): Services {
  const known = Object.keys(services);
  const problems = names
    .filter((name) => !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      const hint = meant === undefined ? `there are ${known.join(", ") || "none"}` : `did you mean ${meant}?`;
      return { path: name, message: `is no service of the configuration; ${hint}` };
    });
  if (problems.length > 0) throw new ConfigurationError({ origin: "The command line", problems });
  return Object.fromEntries(Object.entries(services).filter(([name]) => names.includes(name)));
}

/** This process's variables, with those of a part of each service, once all are ready. */
async function variablesFor(
  services: Services,
  environment: CleanroomEnvironment,
  parts: ResourceScope,
): Promise<NodeJS.ProcessEnv> {
  const env: NodeJS.ProcessEnv = { ...inheritedVariables(), CLEANROOM_SESSION: environment.sessionId };
  const taken = await Promise.all(
    Object.entries(services).map(async ([name, definition]) => {
      const handle = await environment.get(name);
      if (givenVariables(name, definition).length === 0) return undefined;
      return { name, definition, part: await takePart(definition, handle, parts) };
    }),
  );
  for (const each of taken) if (each !== undefined) setGivenVariables(each.name, each.definition, { ...each, env });
  return env;
}

async function takePart(definition: AnyService, handle: unknown, parts: ResourceScope): Promise<unknown> {
  const kind = await definition.load();
  const part = await kind.isolate(handle);
  // A service that has no parts is its own, and the environment's.
  if (part !== handle && isAsyncDisposable(part)) await parts.defer(() => part[Symbol.asyncDispose]());
  return part;
}

function isAsyncDisposable(value: unknown): value is AsyncDisposable {
  return typeof value === "object" && value !== null && Symbol.asyncDispose in value;
}

/** The command has ended as it has: that something is left behind does not make its tests fail. */
function tellNotCleanedUp(failure: unknown): void {
  printError(`Not cleaned up: ${messageOf(failure)}`);
}
