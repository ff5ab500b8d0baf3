import type { ServiceConnection } from "../../index.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** How to reach each service, by name; set by Cleanroom's plugin. */
    readonly cleanroom: Readonly<Record<string, ServiceConnection>> | undefined;
  }
}
