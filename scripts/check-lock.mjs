// npm sometimes leaves the packages of other platforms out of the lock file; an install there then lacks its native part.
// Fails, naming each optional dependency that a locked package asks for and the lock file does not have.
import { readFileSync } from "node:fs";

const path = process.argv[2] ?? new URL("../package-lock.json", import.meta.url);
const { packages } = JSON.parse(readFileSync(path, "utf8"));

const missing = Object.entries(packages).flatMap(([parent, { optionalDependencies = {} }]) =>
  Object.keys(optionalDependencies)
    .filter((name) => !isLocked(parent, name))
    .map((name) => `${parent || "this package"} asks for ${name}`),
);

if (missing.length > 0) {
  console.error(`package-lock.json lacks optional dependencies of other platforms:\n${missing.join("\n")}`);
  process.exitCode = 1;
}

/** Looks where Node would: in the package's own node_modules, then in those of the folders above. */
function isLocked(parent, name) {
  for (let folder = parent; ; folder = folder.slice(0, Math.max(folder.lastIndexOf("node_modules/") - 1, 0))) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (place in packages) return true;
    if (folder === "") return false;
  }
}
