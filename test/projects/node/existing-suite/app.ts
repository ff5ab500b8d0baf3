import pg from "pg";

/** An application as it is, which reads its configuration when it is loaded. */
export const pool: pg.Pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"] });
