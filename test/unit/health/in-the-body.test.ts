import type { RequestListener } from "node:http";
import { expect, test } from "vitest";
import { checkHttp } from "../../../src/health/check-http.ts";
import { http } from "../../../src/index.ts";
import { outcomeOf } from "../support/outcome.ts";
import { httpServer } from "../support/servers.ts";

/** What a probe says of a service that answers so. */
async function said(onRequest: RequestListener): Promise<unknown> {
  await using server = await httpServer(onRequest);
  const target = { host: "127.0.0.1", hostPort: () => server.port };
  return await outcomeOf(checkHttp(http({ port: 80 }), target, new AbortController().signal));
}

test("a status that is not healthy comes with what the response says, cut where it is long", async () => {
  const answers = ["not ready\n", "", "x".repeat(500)];
  const errors = await Promise.all(answers.map((body) => said((_, response) => response.writeHead(503).end(body))));

  expect(errors).toMatchObject([
    { message: 'status 503 ("not ready")' },
    { message: "status 503" },
    { message: `status 503 ("${"x".repeat(200)}")` },
  ]);
});

test("a body without an end is not waited for", async () => {
  expect(await said((_, response) => response.writeHead(500).write("starting"))).toMatchObject({
    message: 'status 500 ("starting")',
  });
});
