import type { Control } from "../control.ts";

const files = "test/unit/config/data-files.test.ts";
const values = "test/unit/config/config-values.test.ts";

/** Where values come from, and services that are described as data. */
export const configuration: readonly Control[] = [
  {
    row: 55,
    feature: "the command line wins over the environment, that over the file, that over the default",
    test: {
      project: "docker",
      file: "test/docker/configuration.test.ts",
      name: "what several sources say > is what the command line says, then the environment, then the file, then the default",
    },
    off: {
      file: "src/config/settings.ts",
      find: '    { source: "command line", value: commandLine[name] },\n',
      replace: "",
    },
  },
  {
    row: 55,
    feature: "every value's origin is reported, with what it wins over",
    test: {
      project: "unit",
      file: values,
      name: "every value is told with where it came from > a setting, with what it wins over",
    },
    off: { file: "src/config/config-values.ts", find: "origin: await places[source](),", replace: 'origin: "",' },
  },
  {
    row: 55,
    feature: "unknown keys are rejected, with line and column",
    test: {
      project: "unit",
      file: files,
      name: "what is wrong is told with its line and column > an option that is unknown or impossible",
    },
    off: { file: "src/config/config-origin.ts", find: "return { ...problem, place };", replace: "return problem;" },
  },
  {
    row: 54,
    feature: "a module of the user's registers a type, which a file of data asks for by name",
    test: {
      project: "docker",
      file: "test/docker/configuration.test.ts",
      name: "a kind of service of the user's own > is used by its name in a file, starts a container, and finds what it depends on",
    },
    off: {
      file: "src/services/service-types.ts",
      find: "(shared[KEY] ??= new Map<string, ServiceFactory>())",
      replace: "new Map<string, ServiceFactory>()",
    },
  },
  {
    row: "extra",
    feature: "a configuration that multiplies aliases is refused",
    test: {
      project: "unit",
      file: files,
      name: "what could harm whoever reads it is refused > aliases that multiply",
    },
    off: { file: "src/config/data-file.ts", find: "maxAliasCount: MAX_ALIASES", replace: "maxAliasCount: -1" },
  },
  {
    row: "extra",
    feature: "a configuration that changes what objects inherit is refused",
    test: {
      project: "unit",
      file: files,
      name: "what could harm whoever reads it is refused > in JSON too, where it would change what every object inherits",
    },
    off: { file: "src/config/find-hazard.ts", find: '["__proto__", "constructor", "prototype"]', replace: "[]" },
  },
  {
    row: "extra",
    feature: "variables that are none of Cleanroom's are told",
    test: {
      project: "unit",
      file: values,
      name: "variables that begin as Cleanroom's do and are none are told",
    },
    off: {
      file: "src/config/unknown-variables.ts",
      find: "if (unknown.length === 0) return [];",
      replace: "if (unknown.length > 0) return [];",
    },
  },
];
