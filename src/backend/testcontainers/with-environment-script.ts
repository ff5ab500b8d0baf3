import type { ContainerSpec } from "../../spec/container-spec.ts";

/** What an image's containers run unless their description says otherwise, as the engine has it. */
export interface ImageProcess {
  /** What is run; in older images text. */
  readonly Entrypoint?: string | readonly string[] | null | undefined;
  /** Its arguments, or what is run where there is no entrypoint. */
  readonly Cmd?: readonly string[] | null | undefined;
}

/**
 * Puts a shell before the main process, which reads the script and then becomes that process: the same id, the same signals.
 * What is run is decided as the engine does: an entrypoint in the description replaces the image's command as well.
 *
 * @param path - The script's path in the container.
 */
export function withEnvironmentScript(spec: ContainerSpec, path: string, image: ImageProcess): ContainerSpec {
  const entrypoint = spec.entrypoint ?? listOf(image.Entrypoint);
  const command = spec.command ?? (spec.entrypoint === undefined ? listOf(image.Cmd) : []);
  return { ...spec, entrypoint: ["/bin/sh", "-c", '. "$0" && exec "$@"', path, ...entrypoint], command };
}

function listOf(words: ImageProcess["Entrypoint"]): readonly string[] {
  return typeof words === "string" ? [words] : (words ?? []);
}
