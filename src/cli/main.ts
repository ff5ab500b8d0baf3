#!/usr/bin/env node
import { Command } from "commander";
import { isCleanroomError } from "../errors/cleanroom-error.ts";
import { doctor } from "./doctor.ts";
import { printError } from "./terminal.ts";
import { packageVersion } from "../config/package-version.ts";

const program = new Command("cleanroom")
  .description("Integration tests against real services: running, initialised, healthy, isolated, and gone afterwards.")
  .version(packageVersion())
  .showHelpAfterError("(run with --help for the commands)");

program
  .command("doctor")
  .description("check that the container engine can be reached, and say which it is")
  .action(async () => {
    process.exitCode = await doctor();
  });

try {
  await program.parseAsync();
} catch (error) {
  // What went wrong is told; where in our own code is not the user's concern.
  if (!isCleanroomError(error)) throw error;
  printError(error.message);
  process.exitCode = 1;
}
