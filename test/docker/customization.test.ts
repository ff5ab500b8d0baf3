import { describe, expect, onTestFinished } from "vitest";
import type { CleanroomError, ContainerCustomizer, ContainerOptions } from "../../src/index.ts";
import { CleanroomEnvironment, container, postgres, redis } from "../../src/index.ts";
import { askPostgres } from "../support/ask-postgres.ts";
import * as engine from "../support/engine.ts";
import { runInside } from "../support/run-inside.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** Everything that the engine tells of a container: whoever may ask it can read all of this. */
async function toldOf(id: string): Promise<string> {
  const [inspection, events, processes, logs] = await Promise.all([
    engine.inspectExisting(id),
    engine.eventsOf(id),
    engine.commandLines(id),
    engine.logs(id),
  ]);
  return JSON.stringify({ inspection, events, processes, logs });
}

describe("environment variables", () => {
  test("come from files, of which a later one wins, and the option wins over all", async ({ workspace }) => {
    await workspace.write({
      "base.env": "# what all have\nFROM_BASE=base\nFROM_BOTH=base\nFROM_ALL=base\n",
      "local.env": `export FROM_BOTH="local # with a space"\nFROM_ALL=local\n`,
    });
    const { services } = await workspace.start({
      web: container(images.service, {
        envFiles: ["base.env", `${workspace.directory}/local.env`],
        env: { FROM_ALL: "option" },
      }),
      cache: redis(images.redis, { envFiles: ["base.env"] }),
      db: postgres(images.postgres, { envFiles: ["base.env"], env: { FROM_BOTH: "option" } }),
    });

    const variables = ["FROM_BASE", "FROM_BOTH", "FROM_ALL"];
    const printed = (name: keyof typeof services): Promise<string> =>
      runInside(services[name].id, "printenv", ...variables);
    expect(await printed("web")).toBe("base\nlocal # with a space\noption\n");
    expect(await printed("cache")).toBe("base\nbase\nbase\n");
    expect(await printed("db")).toBe("base\noption\nbase\n");
  });

  test("make another container when a file of them changes", async ({ workspace }) => {
    const web = (): ReturnType<typeof container> => container(images.service, { envFiles: ["web.env"] });
    await workspace.write({ "web.env": "A=1\n" });
    const before = await workspace.start({ web: web() });
    const same = await workspace.start({ web: web() });
    await workspace.write({ "web.env": "A=2\n" });
    const after = await workspace.start({ web: web() });

    const ids = [before, same, after].map(({ connections }) => connections["web"]?.id ?? "");
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    expect(await runInside(ids[2] ?? "", "printenv", "A")).toBe("2\n");
  });

  test("need their files", async ({ workspace }) => {
    const error = await failureOf(workspace.start({ web: container(images.service, { envFiles: ["none.env"] }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_CONFIGURATION" });
    expect((error as Error).message).toBe(
      `web is not valid:\n  envFiles.0: cannot read ${workspace.directory}/none.env`,
    );
  });
});

describe("secrets", () => {
  const VALUE = "s3cret of the value";
  const FROM_VARIABLE = "s3cret of the variable";
  const FROM_FILE = "s3cret of\nthe file, with 'quotes' and $HOME";

  test("are files in the container, and nothing that is told of it", async ({ workspace }) => {
    process.env["SHOP_TOKEN"] = FROM_VARIABLE;
    onTestFinished(() => {
      delete process.env["SHOP_TOKEN"];
    });
    await workspace.write({ "key.pem": FROM_FILE });
    const told: unknown[] = [];
    const { services, connections } = await workspace.start(
      {
        web: container(images.service, {
          secrets: {
            plain: VALUE,
            token: { variable: "SHOP_TOKEN", mode: 0o400 },
            "key.pem": { file: "key.pem", target: "/etc/ssl/key.pem" },
          },
        }),
      },
      {
        listeners: {
          "container:state": (event) => void told.push(event),
          "container:ready": (event) => void told.push(event),
        },
      },
    );
    const { id } = services.web;

    expect(await runInside(id, "cat", "/run/secrets/plain")).toBe(VALUE);
    expect(await runInside(id, "cat", "/run/secrets/token")).toBe(FROM_VARIABLE);
    expect(await runInside(id, "cat", "/etc/ssl/key.pem")).toBe(FROM_FILE);
    expect(await runInside(id, "stat", "-c", "%a %U", "/run/secrets/plain", "/run/secrets/token")).toBe(
      "444 root\n400 root\n",
    );
    expect(told.length).toBeGreaterThan(0);
    expect((await toldOf(id)) + JSON.stringify([connections, told])).not.toContain("s3cret");
  });

  test("can be in the environment of the main process, where the engine does not tell them", async ({ workspace }) => {
    await workspace.write({ "token.txt": `${FROM_FILE}\n` });
    const secrets: ContainerOptions["secrets"] = {
      password: { value: VALUE, env: "PASSWORD" },
      token: { file: "token.txt", env: "TOKEN" },
    };
    const name = `cleanroom-test/entrypoint-${process.pid}:1`;
    await engine.deriveImage(images.service, name, { Entrypoint: ["env", "FROM_ENTRYPOINT=1"], Cmd: ["service"] });
    onTestFinished(() => engine.removeImage(name));
    const { services } = await workspace.start({
      web: container(images.service, { secrets, ports: [8080] }), // A command and no entrypoint.
      both: container(name, { secrets, ports: [8080] }),
      own: container(images.service, {
        secrets,
        ports: [8080],
        user: "1234",
        command: ["OWN=1", "service"],
        entrypoint: ["env"],
      }),
    });

    for (const { id, url } of [services.web, services.both, services.own]) {
      expect(await (await fetch(`${url}/env/PASSWORD`)).text()).toBe(VALUE);
      expect(await (await fetch(`${url}/env/TOKEN`)).text()).toBe(FROM_FILE);
      expect(await toldOf(id)).not.toContain("s3cret");
    }
    expect(await (await fetch(`${services.both.url}/env/FROM_ENTRYPOINT`)).text()).toBe("1");
    expect(await (await fetch(`${services.own.url}/env/OWN`)).text()).toBe("1");
    // The shell is gone: a signal reaches the process itself.
    expect(await runInside(services.web.id, "cat", "/proc/1/comm")).toBe("service\n");
  });

  test("are no use to an image without a shell that is to have them in its environment", async ({ workspace }) => {
    const options: ContainerOptions = { secrets: { password: { value: VALUE, env: "PASSWORD" } } };
    const error = await failureOf(workspace.start({ web: container(images.scratch, options) }));
    const { services } = await workspace.start({
      web: container(images.scratch, { ports: [8080], secrets: { password: VALUE } }),
    });

    expect(error).toMatchObject({ code: "CLEANROOM_UNSUPPORTED" });
    expect((error as Error).message).toBe(
      `web cannot have secrets in its environment: its image, ${images.scratch}, has no /bin/sh, which would put them there. ` +
        "Leave out `env` of its `secrets`, and have it read their files.",
    );
    expect((await engine.archiveOf(services.web.id, "/run/secrets/password")).toString()).toContain(VALUE);
  });

  test("make another container when they change, and leave no trace in its key", async ({ workspace }) => {
    const withPassword = async (password: string): Promise<string> => {
      const { connections } = await workspace.start({ web: container(images.service, { secrets: { password } }) });
      return connections["web"]?.key ?? "";
    };
    const [first, again, other] = [await withPassword("one"), await withPassword("one"), await withPassword("two")];

    expect(again).toBe(first);
    expect(other).not.toBe(first);
  });
});

describe("commands of `init`", () => {
  const append = (text: string): string[] => ["sh", "-c", `echo ${text} >> /tmp/log`];

  test("run once the service is ready, in order, once, and not again after a restart", async ({ workspace }) => {
    const web = container(images.service, {
      ports: [8080],
      env: { LISTEN_AFTER_MS: "2000", VARIABLE: "of the container" },
      init: [
        // Listening by now: 1F90 is port 8080.
        ["sh", "-c", "grep -c :1F90 /proc/net/tcp /proc/net/tcp6 > /dev/null && echo ready >> /tmp/log"],
        { command: ["sh", "-c", 'echo "$A, $VARIABLE, $PWD, $(id -u)" >> /tmp/second'], env: { A: "a" }, user: "1234" },
        { command: ["sh", "-c", "pwd >> /tmp/log"], workingDirectory: "/etc" },
        append("last"),
      ],
    });
    const first = await workspace.start({ web });
    const { id } = first.services.web;
    const log = "ready\n/etc\nlast\n";

    expect(await runInside(id, "cat", "/tmp/log")).toBe(log);
    expect(await runInside(id, "cat", "/tmp/second")).toBe("a, of the container, /, 1234\n");
    const second = await workspace.start({ web });
    expect((await second.getOrCreateContainer("web", () => web)).id).toBe(id);
    expect(await runInside(id, "cat", "/tmp/log")).toBe(log);
    await first.services.web.restart();
    expect(await runInside(id, "cat", "/tmp/log")).toBe(log);
  });

  test("come before migrations, and their effects are in what tests get", async ({ workspace }) => {
    await workspace.write({ "sql/1.sql": "INSERT INTO made_by_init VALUES (2);" });
    const psql = ["psql", "-U", "test", "-d", "test", "-c"];
    const { services } = await workspace.start({
      db: postgres(images.postgres, {
        superuser: true,
        migrations: ["sql/*.sql"],
        init: [
          [...psql, "CREATE TABLE made_by_init (n int)"],
          [...psql, "INSERT INTO made_by_init VALUES (1)"],
        ],
      }),
    });
    await using database = await services.db.isolate();

    expect(await askPostgres(database.url, "SELECT n FROM made_by_init ORDER BY n")).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test("that fail are told with their exit code and what they printed, and nothing is left", async ({ workspace }) => {
    const error = (await failureOf(
      workspace.start({
        web: container(images.service, {
          secrets: { password: "s3cret" },
          init: [append("first"), ["sh", "-c", "cat /run/secrets/password; echo no such table >&2; exit 3"], ["touch"]],
        }),
      }),
    )) as CleanroomError;

    expect(await workspace.left()).toEqual([]);
    expect(error).toMatchObject({ code: "CLEANROOM_INIT_FAILED", details: { exitCode: 3 } });
    expect(error.message).toBe(
      `web could not be created from ${images.service}: \`init.1\`, which is \`sh -c cat /run/secrets/password; ` +
        "echo no such table >&2; exit 3`, ended with code 3\n" +
        "Its last lines:\n  ***no such table\n" +
        "The commands of `init` run in the container, without a shell, once it is ready. It has been removed.",
    );
  });

  test("that cannot be run are told in the engine's words", async ({ workspace }) => {
    const init = [["no-such-program"]];
    const error = await failureOf(workspace.start({ web: container(images.service, { init }) }));

    expect(error).toMatchObject({ code: "CLEANROOM_INIT_FAILED" });
    expect((error as Error).message).toMatch(/`init\.0`, which is `no-such-program`, .*executable file not found/);
  });
});

test("customizers of the configuration come before the service's own, each in its order", async ({ workspace }) => {
  const then = (step: string): ContainerCustomizer => {
    return (spec) => ({ ...spec, env: { ...spec.env, ORDER: `${spec.env["ORDER"]}, ${step}` } });
  };
  await using environment = await CleanroomEnvironment.start(
    {
      services: {
        web: container(images.service, {
          env: { ORDER: "options" },
          customizers: [then("service 1"), then("service 2")],
        }),
      },
      customizers: [then("all 1"), then("all 2")],
    },
    { rootDirectory: workspace.directory },
  );

  expect(await runInside(environment.services.web.id, "printenv", "ORDER")).toBe(
    "options, all 1, all 2, service 1, service 2\n",
  );
});
