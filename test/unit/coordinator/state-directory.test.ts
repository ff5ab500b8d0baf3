import { execFile } from "node:child_process";
import {
  chmod,
  chown,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test as base, vi } from "vitest";
import { connectCoordinator } from "../../../src/coordinator/connect-coordinator.ts";
import {
  openCoordinatorPaths,
  openStateDirectory,
  socketDirectoryOf,
} from "../../../src/coordinator/state-directory.ts";
import { outcomeOf } from "../support/outcome.ts";

const test = base.extend("place", async ({}, { onCleanup }) => {
  const place = await mkdtemp("/tmp/cr-");
  onCleanup(() => rm(place, { recursive: true, force: true }));
  return place;
});

const advice =
  'Set CLEANROOM_STATE_DIR to a directory of your own, or `coordination: "in-process"` to share nothing between processes.';
const NOBODY = 65_534;
const me = process.getuid?.() ?? 0;

async function problemWith(path: string): Promise<unknown> {
  const error = await outcomeOf(openStateDirectory({ stateDirectory: path }));
  return error instanceof Error ? error.message : error;
}

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8);
}

describe("a state directory", () => {
  test("is made for its user alone", async ({ place }) => {
    const path = join(place, "deep", "state");
    const state = await openStateDirectory({ stateDirectory: path });
    const paths = await openCoordinatorPaths(state, "unix:///engine", "1.0.0");

    expect(await Promise.all([path, paths.directory, join(path, "identity.json")].map(modeOf))).toEqual([
      "700",
      "700",
      "600",
    ]);
    expect(await openStateDirectory({ stateDirectory: path })).toEqual(state);
    expect(state.secret).toHaveLength(43);
  });

  test("is found from any directory once it is open", async ({ place }) => {
    const state = await openStateDirectory({ stateDirectory: relative(process.cwd(), join(place, "state")) });

    expect(state.path).toBe(join(place, "state"));
  });

  test("has one identity, however many processes use it first", async ({ place }) => {
    const path = join(place, "state");
    const source = new URL("../../../src/coordinator/state-directory.ts", import.meta.url).href;
    const program = `
      const { openStateDirectory } = await import(${JSON.stringify(source)});
      const opened = Array.from({ length: 10 }, () => openStateDirectory({ stateDirectory: process.argv[1] }));
      console.log(JSON.stringify(await Promise.all(opened)));`;
    const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", program, path]);

    const outputs = await Promise.all(Array.from({ length: 4 }, run));
    const states = outputs.flatMap(({ stdout }) => JSON.parse(stdout) as readonly { readonly secret: string }[]);

    expect(states).toHaveLength(40);
    expect(new Set(states.map((state) => JSON.stringify(state))).size).toBe(1);
    expect(await readdir(path)).toEqual(["identity.json"]);
  });

  test("that is a link is refused", async ({ place }) => {
    await mkdir(join(place, "elsewhere"), { mode: 0o700 });
    await symlink(join(place, "elsewhere"), join(place, "state"));

    expect(await problemWith(join(place, "state"))).toBe(
      `The state directory ${place}/state cannot be trusted: it is a symbolic link.\n${advice}`,
    );
    expect(await readdir(join(place, "elsewhere"))).toEqual([]);
  });

  test("that is a file, or a link to nowhere, is refused", async ({ place }) => {
    await writeFile(join(place, "file"), "precious");
    await symlink(join(place, "nowhere"), join(place, "link"));

    expect(await problemWith(join(place, "file"))).toBe(
      `The state directory ${place}/file cannot be used: EEXIST: file already exists, mkdir '${place}/file'.\n${advice}`,
    );
    expect(await problemWith(join(place, "link"))).toContain(`The state directory ${place}/link cannot be used: `);
    expect(await readFile(join(place, "file"), "utf8")).toBe("precious");
  });

  test("that others may read is refused", async ({ place }) => {
    await chmod(place, 0o750);

    expect(await problemWith(place)).toBe(
      `The state directory ${place} cannot be trusted: others may use it (mode 750); chmod 700 it.\n${advice}`,
    );
  });

  test("that belongs to somebody else is refused", async ({ place, skip }) => {
    skip(me !== 0, "only root can give a directory away");
    await chown(place, NOBODY, NOBODY);

    expect(await problemWith(place)).toBe(
      `The state directory ${place} cannot be trusted: it belongs to user ${NOBODY}, not to ${me}.\n${advice}`,
    );
  });

  test("whose part for one coordinator is a link is refused", async ({ place }) => {
    const state = await openStateDirectory({ stateDirectory: place });
    const { directory } = await openCoordinatorPaths(state, "engine", "1");
    await rename(directory, join(place, "moved"));
    await symlink(join(place, "moved"), directory);

    await expect(openCoordinatorPaths(state, "engine", "1")).rejects.toMatchObject({
      details: { problem: `The state directory ${directory} cannot be trusted: it is a symbolic link.` },
    });
  });
});

describe("an identity", () => {
  test("that is a link is refused, and what it leads to not read", async ({ place }) => {
    const secret = `${place}-secret`;
    await writeFile(secret, JSON.stringify({ owner: "o", secret: "s" }), { mode: 0o600 });
    await symlink(secret, join(place, "identity.json"));

    expect(await problemWith(place)).toBe(
      `${place}/identity.json cannot be trusted: ELOOP: too many symbolic links encountered, open '${place}/identity.json'.\n${advice}`,
    );
    await rm(secret);
  });

  test("that others may read is refused", async ({ place }) => {
    await openStateDirectory({ stateDirectory: place });
    await chmod(join(place, "identity.json"), 0o640);

    expect(await problemWith(place)).toBe(`${place}/identity.json cannot be trusted: others may use it.\n${advice}`);
  });

  test.for(["", "{}", "nonsense", "null", '{"owner":1,"secret":2}'])(
    "that is damaged is refused: %s",
    async (content, { place }) => {
      await writeFile(join(place, "identity.json"), content, { mode: 0o600 });

      expect(await problemWith(place)).toBe(`${place}/identity.json is damaged; remove it.\n${advice}`);
    },
  );

  test("is never seen half written", async ({ place }) => {
    await writeFile(join(place, "identity.json.0123"), "left by who was killed", { mode: 0o600 });
    const { secret } = await openStateDirectory({ stateDirectory: place });
    await link(join(place, "identity.json"), join(place, "copy"));

    expect(JSON.parse(await readFile(join(place, "copy"), "utf8"))).toMatchObject({ secret });
  });
});

describe("where a coordinator is", () => {
  test("depends on the engine and on the version", async ({ place }) => {
    const state = await openStateDirectory({ stateDirectory: place });
    const ids = await Promise.all(
      [
        ["a", "1"],
        ["a", "2"],
        ["b", "1"],
        ["a", "1"],
      ].map(async ([engine = "", version = ""]) => (await openCoordinatorPaths(state, engine, version)).id),
    );

    expect(new Set(ids).size).toBe(3);
    expect(ids[0]).toMatch(/^[0-9a-f]{12}$/);
  });

  test("has its sockets elsewhere when their paths would be too long, in a directory that is checked as well", async ({
    place,
    skip,
  }) => {
    skip(process.platform === "win32", "there are no such paths");
    const state = await openStateDirectory({ stateDirectory: join(place, "x".repeat(80)) });
    const paths = await openCoordinatorPaths(state, "engine", "1");
    expect(paths.sockets).toBe(`/tmp/cleanroom-${me}-${paths.id}`);
    vi.stubEnv("TMPDIR", place); // Those who have another one must come to the same.
    expect((await openCoordinatorPaths(state, "engine", "1")).sockets).toBe(paths.sockets);
    expect(socketDirectoryOf(paths.directory, paths.id)).toBe(paths.sockets);
    vi.unstubAllEnvs();
    expect(Buffer.byteLength(paths.socket)).toBeLessThan(104);
    expect(await modeOf(paths.sockets)).toBe("700");
    expect(socketDirectoryOf("/short", paths.id)).toBe("/short");

    await chmod(paths.sockets, 0o777);
    await expect(openCoordinatorPaths(state, "engine", "1")).rejects.toMatchObject({
      code: "CLEANROOM_COORDINATOR",
      details: {
        problem: `The state directory ${paths.sockets} cannot be trusted: others may use it (mode 777); chmod 700 it.`,
      },
    });
    await rm(paths.sockets, { recursive: true });
  });

  test("is not told the secret when somebody else listens there", async ({ place, skip }) => {
    skip(me !== 0, "only root can give a file away");
    const state = await openStateDirectory({ stateDirectory: place });
    const paths = await openCoordinatorPaths(state, "engine", "1");
    await writeFile(paths.socket, "");
    await chown(paths.socket, NOBODY, NOBODY);

    await expect(
      connectCoordinator(
        { paths, stateDirectory: place, endpoint: "engine", environment: {} },
        AbortSignal.timeout(30_000),
      ),
    ).rejects.toMatchObject({
      code: "CLEANROOM_COORDINATOR",
      details: { problem: `The socket ${paths.socket} cannot be trusted: it belongs to user ${NOBODY}, not to ${me}.` },
    });
  });
});
