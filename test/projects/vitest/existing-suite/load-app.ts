// What an application may have run before its tests: it reads the environment, too.
import { pool } from "./app.ts";

await pool.query("SELECT 1");
