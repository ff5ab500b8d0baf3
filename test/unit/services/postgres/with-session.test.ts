import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { withSession } from "../../../../src/services/postgres/with-session.ts";
import { tcpServer } from "../../support/servers.ts";

/** That whoever connects may, and what he wants next. Source: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const WELCOME = Buffer.from([...[0x52, 0, 0, 0, 8, 0, 0, 0, 0], ...[0x5a, 0, 0, 0, 5, 0x49]]);

test("a session that comes after it was aborted is closed", async () => {
  const { promise: greeted, resolve: greet } = Promise.withResolvers<Socket>();
  await using server = await tcpServer((socket) => {
    socket.once("data", () => {
      greet(socket);
    });
  });
  const details = { username: "test", password: "secret" };
  const connection = { name: "db", host: "127.0.0.1", ports: { "5432/tcp": server.port }, details };
  const aborting = new AbortController();
  const reason = new Error("the test wants no more");
  const session = withSession(
    { connection: { ...connection, id: "1", image: "postgres", key: "key" }, signal: aborting.signal },
    { database: "test", as: "user" },
    () => Promise.reject(new Error("there is one")),
  );
  const socket = await greeted;

  aborting.abort(reason);
  await expect(session).rejects.toBe(reason);
  expect(server.open.size).toBe(1);
  socket.write(WELCOME);

  await once(socket, "end");
});
