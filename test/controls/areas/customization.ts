import type { Control } from "../control.ts";

/** What the container of a service is given, and what it is kept to. */
export const customization: readonly Control[] = [
  {
    row: 46,
    feature: "customizers of the configuration come first",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "customizers of the configuration come before the service's own, each in its order",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "[...customizers, ...resolved.customizers]",
      replace: "[...resolved.customizers, ...customizers]",
    },
  },
  {
    row: 47,
    feature: "environment variables come from files",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "environment variables > come from files, of which a later one wins, and the option wins over all",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "const known = { ...parts.env, ...variables };",
      replace: "const known = { ...parts.env };",
    },
  },
  {
    row: 47,
    feature: "the content of environment files is in the key",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "environment variables > make another container when a file of them changes",
    },
    off: {
      file: "src/spec/key.ts",
      find: "  const content = {\n    ...spec,\n",
      replace: "  const content = {\n    ...spec,\n    env: {},\n",
    },
  },
  {
    row: 47,
    feature: "secrets are files in the container",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "secrets > are files in the container, and nothing that is told of it",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "...copied.flat(), ...secrets.files]",
      replace: "...copied.flat()]",
    },
  },
  {
    row: 47,
    feature: "secrets are in nothing that is told of a container",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "secrets > are files in the container, and nothing that is told of it",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "    labels: resolved.labels,\n",
      replace: "    labels: { ...resolved.labels, secrets: JSON.stringify(resolved.secrets) },\n",
    },
  },
  {
    row: 47,
    feature: "secrets are in the environment of the main process",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "secrets > can be in the environment of the main process, where the engine does not tell them",
    },
    off: {
      file: "src/backend/testcontainers/docker-backend.ts",
      find: "if (environmentScript === undefined) return spec;",
      replace: "if (environmentScript !== image) return spec;",
    },
  },
  {
    row: 47,
    feature: "secrets in the environment are refused where there is no shell",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "secrets > are no use to an image without a shell that is to have them in its environment",
    },
    off: {
      file: "src/container/refuse-missing-shell.ts",
      find: "if (spec.environmentScript === undefined ||",
      replace: "if (spec.environmentScript !== id ||",
    },
  },
  {
    row: 47,
    feature: "secrets change the key",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "secrets > make another container when they change, and leave no trace in its key",
    },
    off: { file: "src/spec/key.ts", find: "contentBase64: seal(file.contentBase64)", replace: 'contentBase64: ""' },
  },
  {
    row: 48,
    feature: "a named volume outlives its container",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a named volume > keeps its data for the container that comes next, and is never removed",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "Source: source, Target",
      replace: 'Source: type === "bind" ? source : "", Target',
    },
  },
  {
    row: 48,
    feature: "mounts can be read-only",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a named volume > that is read-only cannot be written to",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "ReadOnly: isReadOnly",
      replace: "ReadOnly: false",
    },
  },
  {
    row: 48,
    feature: "a volume can stay empty",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a named volume > gets what the image has there, unless it is to stay empty",
    },
    off: { file: "src/backend/testcontainers/create-body.ts", find: "NoCopy: true", replace: "NoCopy: false" },
  },
  {
    row: 48,
    feature: "volumes without a name go with their container",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a volume without a name, and one of the image, go with their container",
    },
    off: {
      file: "src/backend/engine-api/engine-client.ts",
      find: '{ force: "true", v: "true" }',
      replace: '{ force: "true" }',
    },
  },
  {
    row: 48,
    feature: "directories of this machine are mounted",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "mounts > show a directory of this machine, and keep it from being written when asked",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "resolve(rootDirectory, mount.source)",
      replace: "resolve(rootDirectory)",
    },
  },
  {
    row: 48,
    feature: "directories in memory are bounded",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "mounts > in memory hold no more than they may",
    },
    off: { file: "src/backend/testcontainers/create-body.ts", find: "[`size=${sizeBytes}`]", replace: "[]" },
  },
  {
    row: 48,
    feature: "files are copied in before the start",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "files > are there before the process starts, with their content and their rights",
    },
    off: {
      file: "src/backend/testcontainers/docker-backend.ts",
      find: "if (spec.files.length === 0) return;",
      replace: "if (spec.files.length >= 0) return;",
    },
  },
  {
    row: 49,
    feature: "ports are published on 127.0.0.1",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "ports > are free ones of 127.0.0.1, unless others are asked for",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "port.hostAddress ?? publishAddress",
      replace: 'port.hostAddress ?? "0.0.0.0"',
    },
  },
  {
    row: 49,
    feature: "a port can be a certain one",
    test: { project: "docker", file: "test/docker/limits-and-options.test.ts", name: "ports > can be a certain one" },
    off: { file: "src/backend/testcontainers/create-body.ts", find: '(hostPort?.toString() ?? "")', replace: '""' },
  },
  {
    row: 49,
    feature: "a port can be one of UDP",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "ports > of UDP lead to the process",
    },
    off: {
      file: "src/services/generic/generic-kind.ts",
      find: '{ protocol: "tcp", ...port }',
      replace: '{ ...port, protocol: "tcp" }',
    },
  },
  {
    row: 49,
    feature: "a port can be one of a range",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a range of ports > gives each container one of its own, and none when all are taken",
    },
    off: {
      file: "src/backend/testcontainers/create-body.ts",
      find: "`${hostPort.from}-${hostPort.to}`",
      replace: '""',
    },
  },
  {
    row: 49,
    feature: "a range is searched for a port that is free",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a range of ports > does not include what another program listens on",
    },
    off: {
      file: "src/container/port-ranges.ts",
      find: "const MOST_ATTEMPTS = 32;",
      replace: "const MOST_ATTEMPTS = 1;",
    },
  },
  {
    row: 49,
    feature: "a restart searches the range as well",
    test: {
      project: "docker",
      file: "test/docker/volumes-and-ports.test.ts",
      name: "a range of ports > does not include it after a restart either",
    },
    off: {
      file: "src/coordinator/supervision/restarts.ts",
      find: "startInRanges(care.startAttempts,",
      replace: "startInRanges(1,",
    },
  },
  {
    row: 50,
    feature: "limits are an option of every service",
    test: {
      project: "docker",
      file: "test/docker/limits-and-options.test.ts",
      name: "limits > are those the engine keeps",
    },
    off: { file: "src/services/plan-spec.ts", find: "limitsWith(options.limits ?? {},", replace: "limitsWith({}," },
  },
  {
    row: 51,
    feature: "the health check is an option of every service",
    test: {
      project: "docker",
      file: "test/docker/health-check.test.ts",
      name: "the engine's own check of a container > is as the option says, in the engine's units",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "defined({ platform, healthCheck,",
      replace: "defined({ platform,",
    },
  },
  {
    row: 52,
    feature: "commands of `init` run before anybody gets the service",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "commands of `init` > run once the service is ready, in order, once, and not again after a restart",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "healthCheck, environmentScript, init }",
      replace: "healthCheck, environmentScript }",
    },
  },
  {
    row: 52,
    feature: "they run in order",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "commands of `init` > run once the service is ready, in order, once, and not again after a restart",
    },
    off: {
      file: "src/container/run-init-commands.ts",
      find: "of (container.spec.init ?? []).entries()",
      replace: "of (container.spec.init ?? []).toReversed().entries()",
    },
  },
  {
    row: 52,
    feature: "they wait until the service is ready",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "commands of `init` > run once the service is ready, in order, once, and not again after a restart",
    },
    off: {
      file: "src/container/start-container.ts",
      find: "  if (plan.probe !== undefined) {",
      replace: "  if (plan.probe !== undefined && plan.spec.init === undefined) {",
    },
  },
  {
    row: 52,
    feature: "they come before migrations",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "commands of `init` > come before migrations, and their effects are in what tests get",
    },
    off: {
      file: "src/container/start-container.ts",
      find: "  await runInitCommands({ name, id: start.id, spec: plan.spec }, runtime.backend, signal);\n",
      replace:
        "  if (plan.prepare === undefined) await runInitCommands({ name, id: start.id, spec: plan.spec }, runtime.backend, signal);\n",
    },
  },
  {
    row: 52,
    feature: "one that fails ends the start",
    test: {
      project: "docker",
      file: "test/docker/customization.test.ts",
      name: "commands of `init` > that fail are told with their exit code and what they printed, and nothing is left",
    },
    off: {
      file: "src/container/run-init-commands.ts",
      find: "if (exitCode === 0) continue;",
      replace: "if (exitCode < 9) continue;",
    },
  },
  {
    row: 83,
    feature: "memory is limited by default",
    test: {
      project: "docker",
      file: "test/docker/default-limits.test.ts",
      name: "a service that says nothing > has limits of memory and of processes",
    },
    off: { file: "src/config/settings.ts", find: "byDefault: 4 * 1024 ** 3,", replace: "byDefault: false," },
  },
  {
    row: 83,
    feature: "processes are limited by default",
    test: {
      project: "docker",
      file: "test/docker/default-limits.test.ts",
      name: "a service that says nothing > has limits of memory and of processes",
    },
    off: { file: "src/config/settings.ts", find: "byDefault: 4_096,", replace: "byDefault: false," },
  },
  {
    row: 83,
    feature: "ports are probed by default",
    test: {
      project: "docker",
      file: "test/docker/default-limits.test.ts",
      name: "a service that says nothing > is not handed out before its ports accept connections",
    },
    off: {
      file: "src/services/generic/generic-kind.ts",
      find: 'ports.filter(({ protocol }) => protocol === "tcp")',
      replace: "ports.filter(({ protocol }) => protocol !== protocol)",
    },
  },
  {
    row: 83,
    feature: "the configuration's limits are those of all services",
    test: {
      project: "docker",
      file: "test/docker/default-limits.test.ts",
      name: "limits of all services > are what the configuration says, as far as a service says nothing else",
    },
    off: {
      file: "src/config/settings.ts",
      find: "(limits === false ? false : limits?.[name])",
      replace: "(limits === false ? false : undefined)",
    },
  },
  {
    row: 83,
    feature: "limits can be switched off",
    test: {
      project: "docker",
      file: "test/docker/default-limits.test.ts",
      name: "limits of all services > are none where the configuration, or a setting that wins over it, says so",
    },
    off: {
      file: "src/config/settings.ts",
      find: "(limits === false ? false : limits?.[name])",
      replace: "(limits === false ? undefined : limits?.[name])",
    },
  },
];
