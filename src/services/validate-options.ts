import { z } from "zod";
import { ConfigurationError } from "../errors/configuration-error.ts";
import { findProblems } from "../validation/validate.ts";

/** What the user wrote about one service. */
export interface GivenService {
  /** Name of the service. */
  readonly name: string;
  /** The function that describes it, for example `postgres`. */
  readonly kind: string;
  /** The image asked for. */
  readonly image: string;
  /** The options as they were given. */
  readonly options: object;
}

const imageSchema = z.string().regex(/^\S+$/, "must be named as in `docker run`, for example `postgres:17-alpine`");

/**
 * Checks a service's image and options.
 *
 * @throws ConfigurationError with everything that is wrong.
 */
export function validateOptions(optionsSchema: z.ZodType, { name, kind, image, options }: GivenService): void {
  const problems = [
    ...findProblems(z.object({ image: imageSchema }), { image }),
    ...findProblems(optionsSchema, options).map(({ path, message }) => ({
      path: path === "" ? "options" : path,
      message,
    })),
  ];
  if (problems.length > 0) throw new ConfigurationError({ origin: `${name}, a ${kind}(),`, problems });
}
