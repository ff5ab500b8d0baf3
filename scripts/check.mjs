// All that a change must pass before it is pushed, but for the tests that need an engine. One line a check; the output
// only of those that fail. Checks that need no other run side by side.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const manifest = readJson("package.json");
const scratch = mkdtempSync(join(tmpdir(), "cleanroom-check-"));
const tarball = join(scratch, `${manifest.name}-${manifest.version}.tgz`);

// An entry without a `require` side is ESM only. Every Node that we support loads it from CommonJS as well; attw does not
// know that and is asked about it separately.
const entries = Object.entries(manifest.exports).filter(([, target]) => typeof target === "object");
const dual = entries.filter(([, target]) => "require" in target).map(([path]) => path);
const esmOnly = entries.filter(([, target]) => !("require" in target)).map(([path]) => path);

/** In the order in which they start; `after` names what must have succeeded. */
const checks = [
  { name: "build", command: bin("tsup") },
  { name: "format", command: bin("prettier", "--check", ".") },
  { name: "lock file", command: ["node", "scripts/check-lock.mjs"] },
  { name: "lint", command: bin("eslint", "--max-warnings=0", "."), after: "build" },
  { name: "unit tests", command: bin("vitest", "run", "--project=unit"), after: "build" },
  { name: "types", command: bin("tsc", "--project", "tsconfig.json"), after: "build" },
  { name: "declarations", command: bin("tsc", "--project", "tsconfig.src.json") },
  { name: "knip", command: bin("knip"), after: "build" },
  { name: "pack", command: npm("pack", "--ignore-scripts", "--pack-destination", scratch), after: "build" },
  { name: "publint", command: bin("publint", "--strict", tarball), after: "pack" },
  { name: "attw", command: attw("node16", dual), after: "pack" },
  { name: "attw (ESM only)", command: attw("esm-only", esmOnly), after: "pack" },
];

const startedAt = performance.now();
const failures = [];
try {
  await runAll();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const { name, output } of failures) console.log(`\n──── ${name}\n${output.trim()}`);
console.log(`\n${failures.length === 0 ? "All passed" : `${failures.length} failed`} in ${seconds(startedAt)}`);
process.exitCode = failures.length === 0 ? 0 : 1;

/** Starts each check as soon as a core is free and what it needs has passed. */
async function runAll() {
  const waiting = [...checks];
  const running = new Map();
  const passed = new Set();
  while (waiting.length > 0 || running.size > 0) {
    const free = Math.max(2, availableParallelism()) - running.size;
    const ready = waiting.filter(({ after }) => after === undefined || passed.has(after)).slice(0, free);
    for (const check of ready) {
      waiting.splice(waiting.indexOf(check), 1);
      running.set(check.name, run(check));
    }
    if (running.size === 0) break;
    const { name, isPassed } = await Promise.race(running.values());
    running.delete(name);
    if (isPassed) passed.add(name);
  }
  for (const { name, after } of waiting) console.log(`- ${name}: not run, it needs ${after}`);
}

/** Runs one check, says how it went and keeps its output if it failed. */
async function run({ name, command: [file, ...args] }) {
  const from = performance.now();
  const { code, output } = await outputOf(file === "node" ? process.execPath : file, args);
  console.log(`${code === 0 ? "✓" : "✗"} ${name} ${seconds(from)}`);
  if (code !== 0) failures.push({ name, output });
  return { name, isPassed: code === 0 };
}

function outputOf(file, args) {
  return new Promise((resolve) => {
    const isScript = process.platform === "win32" && file === "npm"; // npm.cmd, which only a shell can run.
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], shell: isScript });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => resolve({ code: 1, output: String(error) }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** A command that an installed package brings, run by this Node. */
function bin(name, ...args) {
  const owner = { attw: "@arethetypeswrong/cli", tsc: "typescript" }[name] ?? name;
  const declared = readJson(`node_modules/${owner}/package.json`).bin;
  const path = typeof declared === "string" ? declared : declared[name];
  return ["node", join("node_modules", owner, path), ...args];
}

function attw(profile, paths) {
  return bin("attw", tarball, "--profile", profile, "--entrypoints", ...paths);
}

function npm(...args) {
  const path = process.env.npm_execpath;
  return path?.endsWith("npm-cli.js") ? ["node", path, ...args] : ["npm", ...args];
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), "utf8"));
}

function seconds(from) {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
