import { expect } from "vitest";

// Runs once Cleanroom has set what it sets.
expect(process.env["CACHE_URL"]).toMatch(/^redis:/);
