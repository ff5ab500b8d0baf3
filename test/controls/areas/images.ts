import type { Control } from "../control.ts";

const pulls = "test/docker/pulls.test.ts";
const builds = "test/docker/builds.test.ts";
const processes = "test/docker/coordinator/pulls.test.ts";

/** Where images come from. */
export const images: readonly Control[] = [
  {
    row: 19,
    feature: "an image is fetched once for all that want it in a process",
    test: { project: "docker", file: pulls, name: "an image of a registry > is fetched once for ten that want it" },
    off: {
      file: "src/container/image.ts",
      find: "return pulls.run(key, (pullSignal) => workOnImage(key, pull, pullSignal), signal);",
      replace: "return pull(signal);",
    },
  },
  {
    row: 19,
    feature: "an image is fetched once for all processes",
    test: { project: "docker", file: processes, name: "an image is fetched once for two processes that want it" },
    off: {
      file: "src/container/image.ts",
      find: "return pulls.run(key, (pullSignal) => workOnImage(key, pull, pullSignal), signal);",
      replace: "return pulls.run(key, pull, signal);",
    },
  },
  {
    row: 19,
    feature: "when the process dies that fetches an image, another one does",
    test: {
      project: "docker",
      file: processes,
      name: "an image is fetched by who waits for it when the process dies that was about to",
    },
    off: { file: "src/coordinator/coordinator.ts", find: "    this.imageTurns.giveUpFrom(member.id);\n", replace: "" },
  },
  {
    row: 19,
    feature: "an image that is there is not asked for",
    test: { project: "docker", file: pulls, name: "an image of a registry > that the engine has is not asked for" },
    off: {
      file: "src/container/create-container.ts",
      find: 'if (pullPolicy === "always") await pull',
      replace: "await pull",
    },
  },
  {
    row: 19,
    feature: "an image is fetched anew where that is wanted",
    test: {
      project: "docker",
      file: pulls,
      name: "an image of a registry > that the engine has is fetched anew where that is wanted and it has changed",
    },
    off: {
      file: "src/container/create-container.ts",
      find: 'if (pullPolicy === "always") await pull(request, runtime, watch, signal);',
      replace: "",
    },
  },
  {
    row: 19,
    feature: "an image is not fetched where nothing is to be fetched",
    test: {
      project: "docker",
      file: pulls,
      name: "an image of a registry > is not asked for where nothing is to be fetched",
    },
    off: {
      file: "src/container/create-container.ts",
      find: 'if (pullPolicy === "missing" && isImageMissing(error))',
      replace: "if (isImageMissing(error))",
    },
  },
  {
    row: 19,
    feature: "how far an image has come is told",
    test: { project: "docker", file: pulls, name: "an image that is fetched > is told of as it arrives" },
    off: {
      file: "src/backend/testcontainers/pull.ts",
      find: 'if (status === "Downloading" && ',
      replace: "if (",
    },
  },
  {
    row: 19,
    feature: "an image that arrives corrupt is told as such",
    test: {
      project: "docker",
      file: pulls,
      name: "an image that cannot be had is told as such > when the registry sends something else than it promised",
    },
    off: {
      file: "src/container/create-container.ts",
      find: '  "image-corrupt": "image-corrupt",\n',
      replace: "",
    },
  },
  {
    row: 19,
    feature: "an account that is refused is told as such",
    test: {
      project: "docker",
      file: pulls,
      name: "an image that cannot be had is told as such > when the registry asks for an account",
    },
    off: {
      file: "src/container/create-container.ts",
      find: '  "image-unauthorized": "image-unauthorized",\n',
      replace: "",
    },
  },
  {
    row: 19,
    feature: "an image is fetched with the account of the configuration",
    test: {
      project: "docker",
      file: pulls,
      name: "a registry that asks for an account > gets that of the configuration, which nothing shows",
    },
    off: {
      file: "src/config/registry-accounts.ts",
      find: "if (options === undefined) return undefined;",
      replace: "if (options === undefined || host !== DOCKER_HUB) return undefined;",
    },
  },
  {
    row: 53,
    feature: "an image that is named by its digest is that image",
    test: {
      project: "docker",
      file: pulls,
      name: "an image that is fetched > by its digest is the one that has it, whatever its tag has become",
    },
    off: {
      file: "src/services/plan-spec.ts",
      find: "substituteImage(parts.image)",
      replace: 'substituteImage(parts.image.replace(/@.*$/, ""))',
    },
  },
  {
    row: 53,
    feature: "an image is taken from a mirror by the name that it has there",
    test: {
      project: "docker",
      file: pulls,
      name: "an image that is fetched > from a mirror has the name that it has there",
    },
    off: {
      file: "src/config/image-substitution.ts",
      find: "return filled(replacement, stars);",
      replace: "return replacement;",
    },
  },
  {
    row: 53,
    feature: "an image that is not made for the platform is told as such",
    test: {
      project: "docker",
      file: pulls,
      name: "an image that cannot be had is told as such > when there is none for the platform",
    },
    off: {
      file: "src/container/create-container.ts",
      find: '  "platform-unavailable": "platform-unavailable",\n',
      replace: "",
    },
  },
  {
    row: "extra",
    feature: "an image is not built again while what it copies is the same",
    test: {
      project: "docker",
      file: builds,
      name: "an image that is built > is not built again while what it copies is the same",
    },
    off: {
      file: "src/build/build-context.ts",
      find: "hash.update(JSON.stringify([path, type, mode, content.length])).update(content);",
      replace: "hash.update(JSON.stringify([path, type, mode]));",
    },
  },
  {
    row: "extra",
    feature: "what .dockerignore names is left out",
    test: {
      project: "docker",
      file: builds,
      name: "an image that is built > lacks what its .dockerignore names, but for exceptions",
    },
    off: {
      file: "src/build/build-context.ts",
      find: "ignores: (path) => !kept.includes(path) && rules.ignores(path),",
      replace: "ignores: (path) => !kept.includes(path) && rules.ignores(path) && false,",
    },
  },
  {
    row: "extra",
    feature: "an image is built once for all that want it",
    test: { project: "docker", file: builds, name: "an image that is built > is built once for ten that want it" },
    off: {
      file: "src/container/image.ts",
      find: "return pulls.run(key, (workSignal) => workOnImage(key, work, workSignal), signal);",
      replace: "return work(signal);",
    },
  },
  {
    row: "extra",
    feature: "what a build failed at is told",
    test: {
      project: "docker",
      file: builds,
      name: "a build that fails tells so > with its step and the last lines that it printed, and leaves no container",
    },
    off: { file: "src/container/build-log.ts", find: "      this.#step = step;\n", replace: "" },
  },
  {
    row: "extra",
    feature: "images that were built can be removed",
    test: {
      project: "docker",
      file: builds,
      name: "cleanroom prune removes images that were built and are not used",
    },
    off: {
      file: "src/container/image.ts",
      find: "const labels = madeImages && {",
      replace: "const labels = madeImages?.owner === '' && {",
    },
  },
  {
    row: "extra",
    feature: "a build that nobody waits for is ended",
    test: { project: "docker", file: builds, name: "a build that nobody waits for any more is ended" },
    off: { file: "src/backend/testcontainers/build-image.ts", find: "    abortSignal,\n  });", replace: "  });" },
  },
];
