import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { container } from "../../src/index.ts";
import { send } from "../support/engine-call.ts";
import * as engine from "../support/engine.ts";
import { account, Registry } from "../support/registry.ts";
import { library, runCleanroom } from "../support/run-cleanroom.ts";
import { failureOf, images, test as base, type Workspace } from "../support/workspace.ts";

const test = base.extend("registry", async ({}, { onCleanup }) => {
  const registry = await Registry.start();
  onCleanup(() => registry[Symbol.asyncDispose]());
  return registry;
});

/** Writes a configuration with a service of an image. */
async function configure(workspace: Workspace, image: string): Promise<void> {
  await workspace.write({
    "cleanroom.config.mjs": `import { container } from ${library};
      export default { services: { app: container(${JSON.stringify(image)}) } };`,
  });
}

function lockOf({ directory }: Workspace): Promise<string> {
  return readFile(join(directory, "cleanroom.lock"), "utf8");
}

/** Writes the lock of one image. */
async function lock(workspace: Workspace, image: string, digest: string): Promise<void> {
  const images = { [image]: { digest, platform: "linux/amd64" } };
  await workspace.write({ "cleanroom.lock": JSON.stringify({ version: 1, images }) });
}

/** The digests of the image that the workspace's only container was made from. */
async function digestsOf(workspace: Workspace): Promise<readonly string[]> {
  const [running] = await workspace.containers();
  const { RepoDigests = [] } = (await engine.inspectImage(running?.Image ?? "")) ?? {};
  return RepoDigests.map((name) => name.slice(name.indexOf("@") + 1));
}

describe("a lock", () => {
  test("says each image's digest, sorted, and comes out the same again", async ({ workspace, registry }) => {
    const { image, digest } = await registry.publish("team/app:1");
    await configure(workspace, image);

    const { code, output } = await runCleanroom(workspace, "lock", images.service);

    expect(code).toBe(0);
    expect(output).toContain("2 images");
    const text = await lockOf(workspace);
    const { Id = "", Architecture = "" } = (await engine.inspectImage(images.service)) ?? {};
    expect(JSON.parse(text)).toEqual({
      version: 1,
      images: {
        [image]: { digest, platform: `linux/${Architecture}` },
        [images.service]: { id: Id, platform: `linux/${Architecture}` },
      },
    });
    expect(text.indexOf(image)).toBeLessThan(text.indexOf(images.service));
    await runCleanroom(workspace, "lock", images.service);
    expect(await lockOf(workspace)).toBe(text);
    expect((await runCleanroom(workspace, "lock", "--check")).code).toBe(0);
  });

  test("has what it says run, though the name stands for another image by now", async ({ workspace, registry }) => {
    const { image, digest } = await registry.publish("team/app:1");
    await lock(workspace, image, digest);
    await registry.publish("team/app:1");

    const { services } = await workspace.start({ app: container(image, { pullPolicy: "always" }) });

    expect(services.app.image).toBe(`${image}@${digest}`);
    expect(await digestsOf(workspace)).toEqual([digest]);
  });

  test("is what keeps it from being another: the control", async ({ workspace, registry }) => {
    const { image } = await registry.publish("team/app:1");
    const { digest: later } = await registry.publish("team/app:1");

    await workspace.start({ app: container(image, { pullPolicy: "always" }) });

    expect(await digestsOf(workspace)).toEqual([later]);
  });

  test("is of what is fetched with the account of its registry", async ({ workspace }) => {
    await using guarded = await Registry.start({ needsAccount: true });
    const { image, digest } = await guarded.publish("team/app:1");
    const registries = { [guarded.host]: account };
    await workspace.write({
      "cleanroom.config.mjs": `import { container } from ${library};
        export default { services: { app: container("app:1") }, registries: ${JSON.stringify(registries)} };`,
    });

    const { output, errors } = await runCleanroom(workspace, "lock", "--set", `imageSubstitutions=app:1=${image}`);

    expect(errors).toBe("");
    expect(output).toContain(`  app:1: is ${digest}`);
    expect(output + (await lockOf(workspace))).not.toContain(account.password);
  });

  test("tells what it no longer has", async ({ workspace }) => {
    await workspace.write({ "cleanroom.config.json": JSON.stringify({ services: {}, pullPolicy: "never" }) });
    await runCleanroom(workspace, "lock", images.service);

    expect((await runCleanroom(workspace, "lock")).output).toContain(`${images.service}: is no longer locked`);
    const { code, errors } = await runCleanroom(workspace, "lock", "nobody/has:1");
    expect(code).toBe(1);
    expect(errors).toContain("nobody/has:1: the engine does not have it, and `pullPolicy` is never");
  });

  test("that does not say what the images are is told as such, and nothing is written", async ({
    workspace,
    registry,
  }) => {
    const { image, digest } = await registry.publish("team/app:1");
    await configure(workspace, image);
    await runCleanroom(workspace, "lock");
    const before = await lockOf(workspace);
    const { digest: later } = await registry.publish("team/app:1");

    const { code, errors } = await runCleanroom(workspace, "lock", "--check");

    expect(code).toBe(1);
    expect(errors).toContain(`${image}: was locked as ${digest}, but is ${later}`);
    expect(await lockOf(workspace)).toBe(before);
  });
});

describe("frozen", () => {
  const settings = { frozen: true };

  test("what is locked starts", async ({ workspace, registry }) => {
    const { image, digest } = await registry.publish("team/app:1");
    await lock(workspace, image, digest);

    const { services } = await workspace.start({ app: container(image) }, { settings });

    expect(services.app.image).toBe(`${image}@${digest}`);
  });

  test("what stands for another image is refused before anything starts", async ({ workspace, registry }) => {
    const { image, digest } = await registry.publish("team/app:1");
    await lock(workspace, image, digest);
    const { digest: later } = await registry.publish("team/app:1");
    await send("POST", `/images/create?fromImage=${image}`); // As anybody's `docker pull` does.
    const startedAtMs = Date.now();

    expect(await failureOf(workspace.start({ app: container(image) }, { settings }))).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: [
        `${join(workspace.directory, "cleanroom.lock")} is not valid:`,
        `  ${image}: was locked as ${digest}, but is ${later}`,
        "  The setting `frozen` refuses them. If they are meant, run `cleanroom lock`.",
      ].join("\n"),
    });
    expect(await engine.createdSince(startedAtMs, `dev.cleanroom.project=${workspace.directory}`)).toEqual([]);
  });

  test("what is built from a Dockerfile starts, as no registry has it", async ({ workspace }) => {
    await workspace.write({ "app/Dockerfile": `FROM ${images.service}` });
    await workspace.write({ "cleanroom.lock": JSON.stringify({ version: 1, images: {} }) });

    const app = container("shop/app:dev", { build: { context: "app" } });
    const { services } = await workspace.start({ app }, { settings });

    expect(services.app.image).toMatch(/^cleanroom-build\/shop\/app:/);
  });

  test("what is not locked is refused, in the configuration and out of it", async ({ workspace, registry }) => {
    const { image, digest } = await registry.publish("team/app:1");
    const refused = { code: "CLEANROOM_CONFIGURATION", message: expect.stringContaining("is not locked") as string };

    expect(await failureOf(workspace.start({ app: container(image) }, { settings }))).toMatchObject({
      message: expect.stringContaining("There is no such file.") as string,
    });
    await lock(workspace, image, digest);
    expect(
      await failureOf(workspace.start({ app: container(image), other: container(images.service) }, { settings })),
    ).toMatchObject(refused);
    const environment = await workspace.start({}, { settings });
    const other = environment.getOrCreateContainer("other", () => container(images.service));
    expect(await failureOf(other)).toMatchObject(refused);
  });
});
