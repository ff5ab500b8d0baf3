import { expect, onTestFinished } from "vitest";
import { container } from "../../src/index.ts";
import { Client } from "../support/coordinator-processes.ts";
import * as engine from "../support/engine.ts";
import { images, test } from "../support/workspace.ts";

test("four processes that ask ten times each, at the same moment, have one container", async ({ workspace }) => {
  const { CLEANROOM_STATE_DIR = "" } = process.env;
  const clients = Array.from({ length: 4 }, () => {
    const client = new Client("../../programs/asker", [workspace.directory], { CLEANROOM_STATE_DIR });
    onTestFinished(() => client.kill());
    return client;
  });
  for (const client of clients) expect(await client.said()).toBe("there");

  const ids = await Promise.all(clients.map((client) => client.tell("ask")));

  const made = (await workspace.containers()).map(({ Id }) => Id);
  expect(made).toHaveLength(1);
  expect(ids).toEqual(clients.map(() => made[0]));
  for (const client of clients) expect(await client.tell("end")).toBe("ended");
  expect(await workspace.left()).toEqual([]);
});

test("a container that somebody else removed is replaced for whoever asks next", async ({ workspace }) => {
  const environment = await workspace.start({ web: container(images.service, { ports: [8080] }) });
  const before = environment.services.web.id;
  const isNoticed = new Promise<void>((resolve) => {
    environment.on("container:state", ({ id, to }) => {
      if (id === before && to === "failed") resolve();
    });
  });

  await engine.removeContainer(before);
  await isNoticed;
  const after = await environment.get("web");

  expect(after.id).not.toBe(before);
  expect((await engine.inspectExisting(after.id)).State.Running).toBe(true);
  expect((await fetch(after.url)).status).toBe(200);
});
