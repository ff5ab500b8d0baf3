import { z } from "zod";
import { LEAST_CPU_CORES, LEAST_MEMORY_BYTES } from "../spec/resource-limits.ts";

/** A time span, in milliseconds. Timers take no more: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const durationMs: z.ZodNumber = z.number().int().nonnegative().max(2_147_483_647);

/** A TCP or UDP port. */
export const port: z.ZodNumber = z.number().int().min(1).max(65_535);

/** A command and its arguments. */
export const commandLine: z.ZodType = z.array(z.string()).min(1);

/** A number of bytes. */
export const bytes: z.ZodNumber = z.number().int().positive();

/** Memory of a container, in bytes. */
export const memoryBytes: z.ZodNumber = bytes.min(LEAST_MEMORY_BYTES, "the engine's least is 6 MiB");

/** Cores of a container. */
export const cpuCores: z.ZodNumber = z.number().min(LEAST_CPU_CORES);

/** Number of processes and threads of a container. */
export const pids: z.ZodNumber = z.number().int().positive();

/** The port of a container on this machine, or where it is chosen from. */
export const hostPort: z.ZodType = z.union(
  [
    port,
    z.strictObject({ from: port, to: port }).refine((range) => range.from <= range.to, {
      path: ["to"],
      error: "must not be below `from`",
    }),
  ],
  "must be a port from 1 to 65535, or an object with `from` and `to`",
);
