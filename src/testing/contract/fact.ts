import type { ContainerBackend } from "../../backend/container-backend.ts";

/** What the facts about a backend are tried with. */
export interface ContractContext {
  /** The backend in question. */
  readonly backend: ContainerBackend;
  /**
   * An image whose command listens on port 8080, ends with code 0 when it is asked to stop, and obeys these environment
   * variables: `LOG` and `LOG_ERROR` are lines it writes at its start, `EXIT_AFTER_MS` and `EXIT_CODE` let it end by itself,
   * `IGNORE_TERM=1` lets it not react when it is asked to stop. It has `sh`, `stat` and `sleep`.
   */
  readonly serviceImage: string;
  /** An image that is neither present nor in any registry. */
  readonly absentImage: string;
  /** Whether anybody accepts a connection there, soon. */
  readonly canConnect: (host: string, port: number) => Promise<boolean>;
  /** An address of this machine other than 127.0.0.1; absent when it has none. */
  readonly otherAddress?: string | undefined;
}

/** One thing that is true of every backend. */
export interface BackendFact {
  /** The fact, as the name of a test. */
  readonly name: string;
  /** Rejects when the fact is not true. */
  readonly run: (context: ContractContext) => Promise<void>;
}
