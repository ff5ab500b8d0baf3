import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { postToWebhook } from "../../../src/resources/post-webhook.ts";
import { ManualClock } from "../../../src/testing/index.ts";
import { systemClock } from "../../../src/time/system-clock.ts";

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`;
}

test("what happened is posted once, as JSON", async () => {
  const got: unknown[] = [];
  const url = await listen((request, response) => {
    void json(request).then((body) => {
      got.push([request.method, request.url, request.headers["content-type"], body]);
      response.writeHead(204).end();
    });
  });

  expect(await postToWebhook(url, { some: "ä" }, systemClock)).toBeUndefined();
  expect(got).toEqual([["POST", "/hook?token=secret", "application/json", { some: "ä" }]]);
});

test("a refusal is told in words, without what may be secret", async () => {
  let calls = 0;
  const url = await listen((_request, response) => {
    calls += 1;
    response.writeHead(503).end();
  });

  expect(await postToWebhook(url, {}, systemClock)).toBe(`could not post to ${new URL(url).host}: status 503`);
  expect(calls).toBe(1);
});

test("nobody there is told in words", async () => {
  const problem = await postToWebhook("http://127.0.0.1:1/", {}, systemClock);

  expect(problem).toBe("could not post to 127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1");
});

test("an answer that does not come is waited for five seconds", async () => {
  const clock = new ManualClock();
  const asked = Promise.withResolvers<void>();
  const url = await listen(() => asked.resolve());
  const posting = postToWebhook(url, {}, clock);
  await asked.promise;

  await clock.advance(5_000);

  expect(await posting).toBe(`Could not post to ${new URL(url).host} within 5000 ms.`);
});
