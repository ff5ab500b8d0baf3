import { Command } from "commander";
import { packageVersion } from "../config/package-version.ts";
import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { caches, type CachesCommandOptions } from "./caches.ts";
import { doctor } from "./doctor.ts";
import { down, type DownOptions } from "./down.ts";
import { type ConfigCommandOptions, printConfig } from "./config.ts";
import { isolate, type IsolateCommandOptions } from "./isolate.ts";
import { metrics, type MetricsOptions } from "./metrics.ts";
import { lock, type LockOptions } from "./lock.ts";
import { prune } from "./prune.ts";
import { ps, type PsOptions } from "./ps.ts";
import { run, type RunOptions } from "./run.ts";
import { endAs } from "./run-command.ts";
import { printError } from "./terminal.ts";

const RUN_EXAMPLES = `
Each service is made known by the variables that its option \`variables\` names, or else by <NAME>_URL. The exit code is that
of the command. What Cleanroom itself has to say goes to the standard error.

Examples:
  cleanroom run -- npx mocha
  cleanroom run --service db -- python3 -m unittest
  cleanroom run -- sh -c 'psql "$DB_URL" -f report.sql'`;

const ISOLATE_EXAMPLES = `
Inside of \`cleanroom run\` it is a part of the same server, so that each of several commands can have one.

Examples:
  cleanroom isolate db --exec 'psql "$DB_URL" -f report.sql'
  cleanroom isolate db -- npx mocha test/orders.js`;

const CONFIG_OPTION = ["--config <path>", "the configuration (default: the nearest cleanroom.config.*)"] as const;
const SET_OPTION = ["--set <path=value>", "a setting, such as pullPolicy=never; can be given several times"] as const;
const SEED_OPTION = ["--seed <seed>", "what names, orders and random choices follow from"] as const;
const FROZEN_OPTION = ["--frozen", "refuse images other than those that cleanroom.lock names"] as const;
const QUIET_OPTION = ["--quiet", "say nothing while services start"] as const;

/** Does what the command line says, and sets the exit code. */
export async function runProgram(): Promise<void> {
  const program = new Command("cleanroom")
    .description(
      "Integration tests against real services: running, initialised, healthy, isolated, and gone afterwards.",
    )
    .version(packageVersion())
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .enablePositionalOptions()
    .showHelpAfterError("(run with --help for the commands)");
  addCommandsThatRun(program);
  addCommandsThatLook(program);
  addCommandsThatRemove(program);
  addLock(program);
  addConfigCommand(program);
  try {
    await program.parseAsync();
  } catch (error) {
    // What went wrong is told; where in our own code is not the user's concern.
    if (!isCleanroomError(error)) throw error;
    printError(error.message);
    process.exitCode = 1;
  }
}

function addCommandsThatRun(program: Command): void {
  program
    .command("run")
    .description("start the services, run a command that finds them by environment variables, and remove them again")
    .usage("[options] -- <command> [arguments...]")
    .argument("[command...]", "the command and its arguments")
    .option(...CONFIG_OPTION)
    .option("--service <name>", "start this one only; can be given several times", appended)
    .option("--junit <path>", "write a JUnit report of how the services started")
    .option(...SET_OPTION, appended)
    .option(...SEED_OPTION)
    .option(...FROZEN_OPTION)
    .option(...QUIET_OPTION)
    .addHelpText("after", RUN_EXAMPLES)
    .passThroughOptions()
    .action(async ([name, ...args]: string[], options: RunOptions, command: Command) => {
      if (name === undefined || name === "")
        command.error("error: which command? For instance: cleanroom run -- npx mocha");
      await endAs(await run([name, ...args], options));
    });

  program
    .command("isolate")
    .description("run a command with a part of one service that is its own")
    .usage("[options] <service> (--exec <line> | -- <command> [arguments...])")
    .argument("<service>", "name of the service")
    .argument("[command...]", "the command and its arguments")
    .option(...CONFIG_OPTION)
    .option("--exec <line>", "the command as a line for the shell")
    .option(...SET_OPTION, appended)
    .option(...SEED_OPTION)
    .option(...FROZEN_OPTION)
    .option(...QUIET_OPTION)
    .addHelpText("after", ISOLATE_EXAMPLES)
    .action(async (service: string, [name, ...args]: string[], options: IsolateCommandOptions, command: Command) => {
      const { exec } = options;
      if ((name === undefined) === (exec === undefined) || name === "" || exec?.trim() === "") {
        command.error(`error: which command? For instance: cleanroom isolate ${service} -- npx mocha`);
      }
      await endAs(await isolate(service, name === undefined ? (exec ?? "") : [name, ...args], options));
    });
}

function addCommandsThatLook(program: Command): void {
  program
    .command("doctor")
    .description("check that the container engine can be reached; say which it is, and which services exist already")
    .action(async () => {
      process.exitCode = await doctor();
    });

  program
    .command("ps")
    .description("list the services that are shared, who uses them, and how long they are kept")
    .option("--all", "list what other users, hosts and containers have on this engine as well")
    .option("--json", "print JSON")
    .action((options: PsOptions) => ps(options));

  program
    .command("caches")
    .description("tell how often containers, images, networks and cache volumes were there, and why they went")
    .option("--json", "print JSON")
    .action((options: CachesCommandOptions) => caches(options));
  addMetrics(program);
}

function addMetrics(program: Command): void {
  program
    .command("metrics")
    .description("tell what services use of the machine, how they are, and how fast their probes are answered")
    .option("--json", "print JSON")
    .option("--prometheus", "print the text format of Prometheus")
    .option("--port <port>", "answer Prometheus at this port of 127.0.0.1, under /metrics, until Ctrl-C; 0: a free one")
    .action((options: MetricsOptions) => metrics(options));
}

function addConfigCommand(program: Command): void {
  program
    .command("config")
    .description("print every setting and every option of every service, passwords masked")
    .option(...CONFIG_OPTION)
    .option("--explain", "say where each value came from, and what it wins over")
    .option("--json", "print JSON")
    .option(...SET_OPTION, appended)
    .option(...SEED_OPTION)
    .option(...FROZEN_OPTION)
    .action((options: ConfigCommandOptions) => printConfig(options));
}

function addCommandsThatRemove(program: Command): void {
  program
    .command("down")
    .description(
      "remove this project's services that are kept although nobody uses them, and containers kept after a failure",
    )
    .option("--all", "those of all projects")
    .option("--force", "those that somebody uses, too")
    .action(async (options: DownOptions) => {
      process.exitCode = await down(options);
    });

  program
    .command("prune")
    .description("remove warm images, containers kept after a failure, and what runs that were killed have left")
    .action(async () => {
      process.exitCode = await prune();
    });
}

function addLock(program: Command): void {
  program
    .command("lock")
    .description("write down in cleanroom.lock what exactly the images are now, so that runs everywhere use the same")
    .argument("[image...]", "further images, which tests name")
    .option(...CONFIG_OPTION)
    .option("--check", "write nothing; fail when they are others than cleanroom.lock says")
    .option(...SET_OPTION, appended)
    .action(async (images: string[], options: LockOptions) => {
      process.exitCode = await lock(images, options);
    });
}

function appended(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
