/**
 * Runs a task: `node scripts/task.mjs <task> [arguments]`. Works on a machine with nothing but Node 20 and npm, because a
 * task first makes what it needs.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

import { runUnderSuitableNode } from "./setup/node.mjs";
import { scriptOf } from "./system/npm.mjs";
import { run } from "./system/run.mjs";
import { say } from "./system/say.mjs";
import { SetupError } from "./system/setup-error.mjs";
import { tasks } from "./tasks.mjs";

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));

process.exitCode = await main(process.argv.slice(2));

/** @param {string[]} words */
async function main([name, ...args]) {
  const task = name !== undefined && Object.hasOwn(tasks, name) ? tasks[name] : undefined;
  if (task === undefined) {
    say(`${name === undefined ? "Which task?" : `There is no task "${name}".`} The tasks are:\n${listOfTasks()}`);
    return 2;
  }
  try {
    return (await runUnderSuitableNode(root, script, process.argv.slice(2))) ?? (await perform(task, args));
  } catch (error) {
    return explain(error);
  }
}

/**
 * @param {import("./tasks.mjs").Task} task
 * @param {readonly string[]} args
 */
async function perform(task, args) {
  const context = /** @type {import("./context.mjs").Context} */ ({ root, env: { ...process.env } });
  await task.setUp(context);
  for (const [index, [command = "node", ...words]] of task.commands.entries()) {
    const start = command === "node" ? [] : [scriptOf(root, command)];
    const passed = index === task.commands.length - 1 ? args : [];
    const exitCode = await run(process.execPath, [...start, ...words, ...passed], {
      cwd: root,
      env: context.env,
    });
    if (exitCode !== 0) return exitCode;
  }
  if (task.epilogue !== undefined) say(task.epilogue);
  return 0;
}

/**
 * @param {unknown} error
 * @returns {number} The exit code.
 */
function explain(error) {
  if (error instanceof AggregateError) error.errors.forEach(explain);
  else if (error instanceof SetupError) say(`\n${error.message}`);
  else throw error;
  return 1;
}

function listOfTasks() {
  return Object.entries(tasks)
    .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
    .join("\n");
}
