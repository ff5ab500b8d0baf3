import { posix, resolve, sep } from "node:path";
import type { Services } from "../../index.ts";

/** Files that services are made from, as watch mode looks for them. */
export interface ServiceFiles {
  /** Absolute patterns of their paths. */
  readonly patterns: readonly string[];
  /** The directories or files that hold them all. */
  readonly places: readonly string[];
}

/** The migrations and copied files of services. What a service's function imports is vitest's to know. */
export function serviceFiles(services: Services, rootDirectory: string): ServiceFiles {
  const written = Object.values(services).flatMap(({ options }) => [...migrationsOf(options), ...sourcesOf(options)]);
  const root = resolve(rootDirectory).split(sep).join("/");
  return {
    // What is special in a pattern is not meant so in the name of the root.
    patterns: written.map((path) => posix.join(root.replaceAll(/[\\*?[\]{}()!+@]/g, "\\$&"), path)),
    places: [...new Set(written.map((path) => resolve(rootDirectory, path.replace(/[^/]*[*?[{(].*$/s, ""))))],
  };
}

function migrationsOf(options: object): readonly string[] {
  return "migrations" in options && Array.isArray(options.migrations) ? options.migrations.filter(isText) : [];
}

/** A directory is copied with all it holds. */
function sourcesOf(options: object): readonly string[] {
  if (!("files" in options) || !Array.isArray(options.files)) return [];
  const sources = options.files.flatMap((file: unknown) => (hasSource(file) ? [file.source] : []));
  return sources.filter(isText).flatMap((source) => [source, `${source}/**`]);
}

function hasSource(file: unknown): file is { readonly source: unknown } {
  return typeof file === "object" && file !== null && "source" in file;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}
