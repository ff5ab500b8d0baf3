#!/usr/bin/env node
import { Command } from "commander";
import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { doctor } from "./doctor.ts";
import { down, type DownOptions } from "./down.ts";
import { prune } from "./prune.ts";
import { ps, type PsOptions } from "./ps.ts";
import { printError } from "./terminal.ts";
import { packageVersion } from "../config/package-version.ts";

const program = new Command("cleanroom")
  .description("Integration tests against real services: running, initialised, healthy, isolated, and gone afterwards.")
  .version(packageVersion())
  .showHelpAfterError("(run with --help for the commands)");

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
  .command("down")
  .description("remove this project's services that are kept although nobody uses them")
  .option("--all", "those of all projects")
  .option("--force", "those that somebody uses, too")
  .action(async (options: DownOptions) => {
    process.exitCode = await down(options);
  });

program
  .command("prune")
  .description("remove warm images, and what runs that were killed have left and nobody looks after")
  .action(async () => {
    process.exitCode = await prune();
  });

try {
  await program.parseAsync();
} catch (error) {
  // What went wrong is told; where in our own code is not the user's concern.
  if (!isCleanroomError(error)) throw error;
  printError(error.message);
  process.exitCode = 1;
}
