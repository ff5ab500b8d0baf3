#!/usr/bin/env node
import { supportedNode } from "../config/package-version.ts";
import { isInRange } from "./node-range.ts";
import { printError } from "./terminal.ts";

const { node } = process.versions;

// Everything else is loaded afterwards: an older Node would fail at the first thing that it does not have, in words of its own.
if (isInRange(node, supportedNode())) {
  const { runProgram } = await import("./program.ts");
  await runProgram();
} else {
  printError(`Cleanroom needs Node ${supportedNode()}; this is Node ${node}.`);
  process.exitCode = 1;
}
