import type { ServiceDescription } from "./services.ts";

/** What a client can be told to do. */
export type Command =
  /** Open an environment; at this moment, in milliseconds since the epoch, so that many do it at once. */
  | {
      readonly do: "open";
      readonly services: Readonly<Record<string, ServiceDescription>>;
      readonly rootDirectory: string;
      readonly atMs?: number;
    }
  /** Start a service of it, or join whoever does. */
  | { readonly do: "get"; readonly name: string }
  /** Take a container of its own of a service, and keep it. */
  | { readonly do: "isolate"; readonly name: string }
  /** Ask a service something, over a connection of its own. */
  | { readonly do: "query"; readonly name: string; readonly text: string }
  /** Use so many databases of a PostgreSQL server, one after the other, each of which must be as its migrations left it. */
  | {
      readonly do: "churn";
      readonly name: string;
      readonly count: number;
      readonly seed: number;
      /** Whether the server's own database is used every time. */
      readonly isShared?: boolean;
    }
  /** Clean the environment up. */
  | { readonly do: "close" }
  /** Block the event loop. */
  | { readonly do: "busy"; readonly ms: number }
  /** End: by cleaning up and having nothing more to do; by an error that nobody catches; by `process.exit`. */
  | { readonly do: "die"; readonly how: "end" | "throw" | "exit" };
