import { z } from "zod";

/** A time span, in milliseconds. Timers take no more: https://nodejs.org/api/timers.html#settimeoutcallback-delay-args */
export const durationMs: z.ZodNumber = z.number().int().nonnegative().max(2_147_483_647);

/** A TCP or UDP port. */
export const port: z.ZodType = z.number().int().min(1).max(65_535);

/** A command and its arguments. */
export const commandLine: z.ZodType = z.array(z.string()).min(1);

/** A number of bytes. */
export const bytes: z.ZodNumber = z.number().int().positive();

/** The least share of a core that the kernel can see to: a millisecond in every tenth of a second. */
export const leastCores = 0.01;
