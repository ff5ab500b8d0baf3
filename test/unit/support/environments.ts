import type {
  CleanroomConfig,
  EnvironmentOptions,
  HealthProbe,
  ServiceDefinition,
  Services,
} from "../../../src/index.ts";
import { CleanroomEnvironment, container } from "../../../src/index.ts";
import type { ContainerOptions, GenericContainer } from "../../../src/index.ts";
import type { FakeBackend } from "../../../src/testing/index.ts";

/** A service that is ready as soon as it runs: nothing listens on the ports of a fake engine. */
export function service(options: ContainerOptions = {}, image = "app:1"): ServiceDefinition<GenericContainer> {
  return container(image, { health: false, ...options });
}

/** Starts an environment on a fake engine. */
export function startOn<const Configured extends Services>(
  backend: FakeBackend,
  services: Configured,
  options: Omit<CleanroomConfig<Configured>, "services"> & EnvironmentOptions = {},
): Promise<CleanroomEnvironment<Configured>> {
  const { imageSubstitutions = {}, customizers = [], ...rest } = options;
  return CleanroomEnvironment.start({ services, imageSubstitutions, customizers }, { backend, ...rest });
}

/** The names of the services whose containers were asked for this, in order. */
export function servicesOf(backend: FakeBackend, method: "start" | "stop" | "remove" | "create"): readonly string[] {
  return backend.calls
    .filter((call) => call.method === method)
    .map(({ subject }) => /^cleanroom-(.+)-[0-9a-f]{10}$/.exec(subject)?.[1] ?? subject);
}

/** A probe that the test lets succeed. */
export function gate(): HealthProbe & { readonly open: () => void; readonly reached: Promise<void> } {
  const opened = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  return {
    name: "gate",
    open: opened.resolve,
    reached: reached.promise,
    check: () => {
      reached.resolve();
      return opened.promise;
    },
  };
}
