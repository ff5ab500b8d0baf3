import { appendFileSync } from "node:fs";
import pg from "pg";

/** A part of a server, as a test has it. */
interface Part extends AsyncDisposable {
  readonly database: string;
  readonly url: string;
}

interface Server {
  readonly url: string;
  isolate(): Promise<Part>;
}

/** Uses a test's database, or the one that all share, and notes how long another one takes to be handed out. */
export async function visit(own: Part & { readonly server: Server }): Promise<number | null> {
  const { server } = own;
  const isShared = process.env["BENCH_SHARED"] === "yes";
  const client = new pg.Client(isShared ? server.url : own.url);
  await client.connect();
  await client.query("INSERT INTO note VALUES ('mine')");
  const { rowCount } = await client.query("SELECT * FROM note");
  await client.end();
  if (isShared) return 1;
  const askedAtMs = performance.now();
  const part = await server.isolate();
  const tookMs = performance.now() - askedAtMs;
  await part[Symbol.asyncDispose]();
  const databases = [own.database, part.database];
  appendFileSync(process.env["BENCH_NOTES"]!, `${JSON.stringify({ tookMs, databases })}\n`);
  return rowCount;
}
