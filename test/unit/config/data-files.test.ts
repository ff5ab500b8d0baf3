import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { container, loadConfigFile, postgres, type CleanroomConfig } from "../../../src/index.ts";
import { validateConfig } from "../../../src/environment/validate-config.ts";
import { outcomeOf } from "../support/outcome.ts";
import { directoryWith } from "../support/plans.ts";

/** Loads a file that holds this, and says what became of it, with `@` for the file. */
async function load(text: string, name = "cleanroom.config.yaml"): Promise<CleanroomConfig | string> {
  await using directory = await directoryWith({ [name]: text });
  const file = join(directory.path, name);
  try {
    return (await loadConfigFile(file)).config;
  } catch (error) {
    return (error as Error).message.replaceAll(file, "@");
  }
}

/** Loads such a file and checks what it holds. */
async function check(text: string, name = "cleanroom.config.yaml"): Promise<string> {
  await using directory = await directoryWith({ [name]: text });
  const file = join(directory.path, name);
  const { config } = await loadConfigFile(file);
  const error = await outcomeOf(validateConfig(config, "The configuration"));
  return (error as Error).message.replaceAll(file, "@");
}

const described = {
  pullPolicy: "never",
  services: { db: { type: "postgres", image: "postgres:17", database: "shop", limits: { cpuCores: 2 } } },
};

/** A definition without what two of them never share. */
const plain = (config: CleanroomConfig | string): unknown => JSON.parse(JSON.stringify(config));

describe("services are described as data", () => {
  const asModule = {
    pullPolicy: "never",
    services: { db: postgres("postgres:17", { database: "shop", limits: { cpuCores: 2 } }) },
  };

  test.for([
    ["cleanroom.config.json", JSON.stringify(described)],
    ["package.json", JSON.stringify({ name: "shop", cleanroom: described })],
    [
      "cleanroom.config.yaml",
      "pullPolicy: never\nservices:\n  db:\n    type: postgres\n    image: postgres:17\n    database: shop\n    limits: { cpuCores: 2 }\n",
    ],
    ["cleanroom.config.yml", `\uFEFF${JSON.stringify(described, null, "\t")}`],
  ] as const)("in %s, as they would be in a module", async ([name, text]) => {
    expect(plain(await load(text, name))).toEqual(plain(asModule as CleanroomConfig));
  });

  test("and depend on each other by name, in whichever order they are written", async () => {
    const config = await load(`
services:
  web: { type: container, image: web, dependsOn: { api: app } }
  app: { type: container, image: app, dependsOn: [db] }
  db: { type: postgres, image: "postgres:17" }
`);

    const { services } = config as CleanroomConfig;
    expect(services["app"]?.dependsOn["db"]).toBe(services["db"]);
    expect(services["web"]?.dependsOn["api"]).toBe(services["app"]);
    expect(Object.keys(services)).toEqual(["web", "app", "db"]);
  });

  test("and are told where their dependencies are, by their environment", async () => {
    const config = await load(`
services:
  db: { type: postgres, image: "postgres:17" }
  app:
    type: container
    image: app
    dependsOn: { database: db }
    env: { URL: "\${database.networkUrl}?ssl=\${database.port}", PORT: 80, DEBUG: true, SHELL: "\${HOME}" }
`);

    const { env } = (config as CleanroomConfig).services["app"]?.options as { env: (handles: object) => object };
    expect(env({ database: { networkUrl: "postgres://db", port: 5432 } })).toEqual({
      URL: "postgres://db?ssl=5432",
      PORT: "80",
      DEBUG: "true",
      SHELL: "${HOME}",
    });
    expect(() => env({ database: {} })).toThrow("env.URL: ${database.networkUrl} is no text; use a property such as");
  });
});

describe("what is wrong is told with its line and column", () => {
  test("an option that is unknown or impossible", async () => {
    const text = `
pullPolicy: never
services:
  db:
    type: postgres
    image: postgres:17
    databse: shop
    labels: { a.b: 7 }
`;

    expect(await check(text)).toBe(
      "db, a postgres(), is not valid:\n" +
        "  @:8:15: labels.a.b: invalid input: expected string, received number\n" +
        "  @:7:5: databse: is not an option; did you mean `database`?",
    );
  });

  test.for([
    ["cleanroom.config.json", '{\n  "capacity": {\n    "whenFul": "wait"\n  },\n  "services": {}\n}'],
    ["package.json", '{\n  "cleanroom": { "services": {}, "capacity": {\n    "whenFul": "wait" } } }'],
  ] as const)("in JSON as in YAML: %s", async ([name, text]) => {
    expect(await check(text, name)).toBe(
      "@ is not valid:\n  @:3:5: capacity.whenFul: is not an option; did you mean `whenFull`?",
    );
  });

  test("what is taken from an anchor, where it is written", async () => {
    const text = `
services:
  a: { type: container, image: a, limits: &small { cpuCores: "1" } }
  b: { type: container, image: b, limits: *small }
`;

    expect(await check(text)).toContain("  @:3:52: limits.cpuCores: ");
  });

  test("a service that cannot be made of it, all of them at once", async () => {
    const text = `
services:
  db: { type: postgers, image: "postgres:17" }
  cache: { image: "redis:8" }
  web: { type: container }
  app: { type: container, image: app, dependsOn: [bd] }
  one: { type: container, image: one, dependsOn: [two] }
  two: { type: container, image: two, dependsOn: [one] }
  six: { type: container, image: six, dependsOn: [one], env: { URL: "\${db.url}" } }
  list: []
`;

    expect(await load(text)).toBe(
      "@ is not valid:\n" +
        '  @:3:9: services.db.type: "postgers" is not registered; did you mean "postgres"?\n' +
        "  @:4:3: services.cache: must say its `type`, such as postgres, redis or container\n" +
        "  @:5:3: services.web: must say its `image`, for example `postgres:17-alpine`\n" +
        '  @:6:51: services.app.dependsOn.0: "bd" is no service of the configuration; did you mean "db"?\n' +
        "  @:8:51: services.two.dependsOn.0: closes a ring: one → two → one\n" +
        '  @:9:64: services.six.env.URL: "db" is not among its `dependsOn`; it depends on one\n' +
        "  @:10:3: services.list: must be an object with `type` and `image`",
    );
  });

  test("a file of something else", async () => {
    expect(await load("- a")).toBe("@ is not valid:\n  @:1:1: must be an object that describes `services`");
    expect(await load("servces: {}")).toBe(
      "@ is not valid:\n  @:1:1: servces: is not an option; did you mean `services`?",
    );
    expect(await load("services: [1]")).toBe(
      "@ is not valid:\n  @:1:1: services: must be an object of services, by name",
    );
    expect(await load("a: [1,\nb: 2")).toContain("  @:2:1: Flow sequence in block collection");
    expect(await load('{\n  "a": 1,\n}', "cleanroom.config.json")).toContain("(line 3 column 1)");
  });
});

describe("what could harm whoever reads it is refused", () => {
  const bomb = ["b", "c", "d", "e", "f", "g", "h", "i", "j"].reduce(
    ({ text, last }, name) => ({ text: `${text}${name}: &${name} [${`*${last},`.repeat(9)}]\n`, last: name }),
    { text: "a: &a [1,2,3,4,5,6,7,8,9]\n", last: "a" },
  ).text;

  test.for([
    ["aliases that multiply", bomb, /Excessive alias count/],
    [
      "a value that contains itself",
      "services: &all { db: *all, other: *all }",
      /@:1:18: services\.db: is nested more than 32/,
    ],
    ["nesting without end", `services: ${"[".repeat(100_000)}`, /@:1:\d+: Maximum call stack size exceeded/],
    [
      "a prototype",
      "services:\n  __proto__: { type: postgres }",
      /@:2:3: services\.__proto__: is not allowed as a name/,
    ],
    ["a constructor", "services: {}\nconstructor: 1", /@:2:1: constructor: is not allowed as a name/],
    ["a tag that makes code", "services: !!js/function 'x'", /@:1:11: Unresolved tag/],
    ["a tag that makes bytes", "services: !!binary aGk=", /@:1:11: Unresolved tag/],
    ["a key that is no text", "? [1]\n: 2", /@:1:3: With stringKeys, all keys must be strings/],
    ["a key that is there twice", "services: {}\nservices: {}", /@:2:1: Map keys must be unique/],
    [
      "a file that is too large",
      `# ${"x".repeat(1024 * 1024)}`,
      /@ is not valid:\n {2}has 1048578 bytes; a configuration may have 1048576$/,
    ],
  ] as const)("%s", async ([, text, message]) => {
    expect(await load(text)).toMatch(message);
  });

  test("in JSON too, where it would change what every object inherits", async () => {
    const text = '{ "services": {}, "capacity": { "__proto__": { "polluted": true } } }';

    expect(await load(text, "cleanroom.config.json")).toBe(
      "@ is not valid:\n  @:1:33: capacity.__proto__: is not allowed as a name",
    );
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  test("while anchors that are used as they are meant are not", async () => {
    const config = await load("services:\n  a: &a { type: container, image: a }\n  b: *a\n");

    expect(plain(config)).toEqual(plain({ services: { a: container("a"), b: container("a") } }));
  });
});

describe("service types of the user's own", () => {
  const registering = (name: string): string => `
    import { container, registerServiceType } from ${JSON.stringify(new URL("../../../src/index.ts", import.meta.url).href)};
    registerServiceType(${JSON.stringify(name)}, (image, { topics = [], ...rest } = {}) =>
      container(image, { ...rest, labels: { topics: topics.join() } }));`;

  test("are registered by modules that the file names", async () => {
    await using directory = await directoryWith({
      "types/kafka.mjs": registering("kafka-of-a-file"),
      "cleanroom.config.yaml":
        "serviceTypes: [./types/kafka.mjs]\nservices: { broker: { type: kafka-of-a-file, image: kafka, topics: [a, b] } }",
    });

    const { config } = await loadConfigFile(join(directory.path, "cleanroom.config.yaml"));

    expect(plain(config)).toEqual(plain({ services: { broker: container("kafka", { labels: { topics: "a,b" } }) } }));
  });

  test("that cannot be loaded are told with their place", async () => {
    await using directory = await directoryWith({ "cleanroom.config.yaml": "" });
    const file = join(directory.path, "cleanroom.config.yaml");
    await writeFile(file, "serviceTypes:\n  - ./gone.mjs\nservices: {}");

    const error = await outcomeOf(loadConfigFile(file));

    expect(error).toMatchObject({
      message: expect.stringContaining(`  ${file}:2:5: serviceTypes.0: cannot be loaded: `) as string,
    });
  });
});
