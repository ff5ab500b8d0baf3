import type { EnvironmentContext, JestEnvironment, JestEnvironmentConfig } from "@jest/environment";
import type { Circus } from "@jest/types";
import type { EnvironmentClass } from "./base-environment.ts";
import { baseEnvironment } from "./base-environment.ts";
import { setBridge } from "./bridge.ts";
import { extendedConfig } from "./jest-options.ts";
import { TestFile } from "./test-file.ts";

/**
 * The environment in which a test file has services: the one that the project would have otherwise, with Cleanroom around it.
 * Services are used outside of the file's realm, where no mock and no fake timer reaches, and by all files of a process.
 */
export default function CleanroomJestEnvironment(
  config: JestEnvironmentConfig,
  context: EnvironmentContext,
): JestEnvironment {
  // Jest calls it with `new`, which then gives what is returned.
  const { rootDir, testEnvironmentOptions } = config.projectConfig;
  const base = baseEnvironment(rootDir, extendedConfig(testEnvironmentOptions).testEnvironment);
  return new (withServices(base))(config, context);
}

function withServices(Base: EnvironmentClass): EnvironmentClass {
  return class extends Base {
    readonly #file: TestFile;

    constructor(config: JestEnvironmentConfig, context: EnvironmentContext) {
      super(config, context);
      const file = new TestFile(config.projectConfig, this.global);
      setBridge(this.global, file.bridge);
      const inherited = this.handleTestEvent?.bind(this);
      this.handleTestEvent = async (event: Circus.Event, state: Circus.State): Promise<void> => {
        const handled = file.handle(event, state);
        await inherited?.(event as Circus.AsyncEvent, state);
        await handled;
      };
      this.#file = file;
    }

    override async setup(): Promise<void> {
      await super.setup();
      await this.#file.open();
    }

    override async teardown(): Promise<void> {
      try {
        await this.#file[Symbol.asyncDispose]();
      } finally {
        await super.teardown();
      }
    }
  };
}
