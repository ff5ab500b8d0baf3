import { cleanroomTest } from "cleanroom-test/vitest/test";
import { inject } from "vitest";
import config from "./cleanroom.config.ts";

/** Is never called: what the compiler says of it. */
export function refused(): string | undefined {
  const test = cleanroomTest(config);
  test("has a service", ({ db }) => db.connectionString.toUpperCase());
  // @ts-expect-error: there is no such service.
  test("has another", ({ cache }) => cache);
  // @ts-expect-error: it holds no addresses.
  inject("cleanroom").db;
  return inject("cleanroom").sessionId;
}
