import { afterEach, describe, expect, vi } from "vitest";
import { CleanroomEnvironment, loadConfig } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { sourcesSince, test } from "../support/sources.ts";
import { images } from "../support/workspace.ts";

/** The library as it is here, loaded once more by a module that Node itself imports. */
const library = JSON.stringify(new URL("../../src/index.ts", import.meta.url).href);

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("what several sources say", () => {
  test("is what the command line says, then the environment, then the file, then the default", async ({
    workspace,
    sources: { name, from },
  }) => {
    const services = `services: { web: { type: container, image: "${name}:default", ports: [8080] } }\n`;
    const inFile = `imageSubstitutions: { "${name}:default": "${name}:file" }\n`;
    const used = async (text: string, variable: string, set: readonly string[]): Promise<unknown> => {
      await workspace.write({ "cleanroom.config.yaml": text });
      vi.stubEnv("CLEANROOM_IMAGE_SUBSTITUTIONS", variable);
      const startedAtMs = Date.now();
      const { config, rootDirectory, settings, values } = await loadConfig({ directory: workspace.directory, set });
      const environment = await CleanroomEnvironment.start(config, { rootDirectory, settings });
      await environment.cleanup();
      const [source] = await sourcesSince(startedAtMs, workspace);
      return [source, values.find(({ path }) => path === "imageSubstitutions")?.source];
    };
    const set = [`imageSubstitutions=${from("command-line")}`];

    expect(await used(inFile + services, from("environment"), set)).toEqual(["command-line", "command line"]);
    expect(await used(inFile + services, from("environment"), [])).toEqual(["environment", "environment"]);
    expect(await used(inFile + services, "", [])).toEqual(["file", "file"]);
    expect(await used(services, "", [])).toEqual(["default", "default"]);
  });
});

describe("a kind of service of the user's own", () => {
  test("is used by its name in a file, starts a container, and finds what it depends on", async ({ workspace }) => {
    await workspace.write({
      "types/relay.mjs": `import { container, registerServiceType } from ${library};
        registerServiceType("relay", (image, { topics = [], ...options } = {}) =>
          container(image, { ...options, ports: [8080], labels: { topics: topics.join() } }));`,
      "cleanroom.config.yaml": `
serviceTypes: [./types/relay.mjs]
services:
  relay:
    type: relay
    image: ${images.service}
    topics: [orders, bills]
    dependsOn: { store: cache }
    env: { STORE: "\${store.networkUrl}" }
  cache: { type: redis, image: "${images.redis}" }
`,
    });
    const { config } = await loadConfig({ directory: workspace.directory });

    await workspace.start(config.services);

    const containers = await workspace.containers();
    const relay = containers.find(({ Config }) => Config.Labels["dev.cleanroom.service"] === "relay")!;
    expect(relay.Config.Labels["topics"]).toBe("orders,bills");
    expect(relay.Config.Image).toBe(images.service);
    expect(relay.Config.Env.find((each) => each.startsWith("STORE="))).toMatch(/^STORE=redis:\/\/\S+@cache:6379/);
    expect((await engine.inspectExisting(relay.Id)).State.Running).toBe(true);
  });
});
