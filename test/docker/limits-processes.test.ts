import { describe, expect } from "vitest";
import { container } from "../../src/index.ts";
import * as engine from "../support/engine.ts";
import { failureOf, images, test } from "../support/workspace.ts";

/** Forks until it cannot, says why, and ends all of them. */
const forkLoop = [
  "my @children;",
  "while (@children < 200) {",
  "  my $child = fork;",
  "  if (!defined $child) { print $!{EAGAIN} ? 'EAGAIN' : $!; last }",
  "  if ($child == 0) { sleep 60; exit }",
  "  push @children, $child;",
  "}",
  "print ' after ', scalar @children;",
  "kill 'KILL', @children; wait for @children;",
];

describe("processes", () => {
  test("are no more than `pids`: a fork bomb gets EAGAIN", async ({ workspace }) => {
    const { services } = await workspace.start({
      limited: container(images.service, { limits: { pids: 20 } }),
      free: container(images.service),
    });
    const bomb = ["perl", "-e", forkLoop.join("\n")];

    const [, stopped, children] = /^(EAGAIN)? after (\d+)$/.exec((await services.limited.exec(bomb)).stdout) ?? [];
    const free = await services.free.exec(bomb);

    expect(stopped).toBe("EAGAIN");
    expect(Number(children)).toBeGreaterThan(0);
    expect(Number(children)).toBeLessThan(20);
    expect(free.stdout).toBe(" after 200");
    const { PidsLimit } = (await engine.inspectExisting(services.limited.id)).HostConfig;
    expect(PidsLimit).toBe(20);
  });

  test("that a service cannot start before it is ready are told with the limit", async ({ workspace }) => {
    const command = ["sh", "-c", "for n in $(seq 30); do sleep 60 & done; exec service"];
    const options = { command, ports: [8080], stopGraceMs: 0 };

    const error = await failureOf(
      workspace.start({ web: container(images.service, { ...options, limits: { pids: 12 } }) }),
    );
    const { services } = await workspace.start({ web: container(images.service, options) });

    expect(error).toMatchObject({
      code: "CLEANROOM_OUT_OF_PROCESSES",
      message:
        "web could not go on because it needed more processes and threads than its limit of 12.\n" +
        "Raise `limits.pids`, or make it use less.\n" +
        "Its last log lines:\n  sh: 0: Cannot fork",
      details: { container: "web", resource: "pids", option: "limits.pids", limit: 12 },
    });
    expect(services.web.url).toBeDefined();
  });
});

describe("limits on each process", () => {
  const limitsOf = ["sh", "-c", "ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc"];

  test("are those that were asked for", async ({ workspace }) => {
    const ulimits = { nofile: { soft: 100, hard: 200 }, core: 0 };
    const { services } = await workspace.start({
      limited: container(images.service, { limits: { ulimits } }),
      free: container(images.service),
    });

    expect((await services.limited.exec(limitsOf)).stdout).toBe("100\n200\n0\n0\n");
    expect((await services.free.exec(limitsOf)).stdout).not.toContain("100\n200\n");
    const { Ulimits } = (await engine.inspectExisting(services.limited.id)).HostConfig;
    expect(Ulimits).toEqual([
      { Name: "nofile", Soft: 100, Hard: 200 },
      { Name: "core", Soft: 0, Hard: 0 },
    ]);
  });

  test("hold: one file more than `nofile` is not opened", async ({ workspace }) => {
    const open =
      "my @f; while (@f < 90) { open my $f, '<', '/dev/null' or die $!{EMFILE} ? 'EMFILE' : $!; push @f, $f }";
    const { services } = await workspace.start({
      limited: container(images.service, { limits: { ulimits: { nofile: 50 } } }),
      free: container(images.service),
    });

    expect((await services.limited.exec(["perl", "-e", open])).stderr).toMatch(/^EMFILE/);
    expect((await services.free.exec(["perl", "-e", open])).exitCode).toBe(0);
  });

  test("above the engine's own are refused by name", async ({ workspace, skip }) => {
    const nofile = 2 ** 30; // The kernel's own most, so that only an engine without any limit of its own may set it.
    const asked = { HostConfig: { Ulimits: [{ Name: "nofile", Soft: nofile, Hard: nofile }] } };
    skip(await engine.canStart({ Image: images.service, ...asked }), "the engine has no hard limit of its own");

    const error = await failureOf(
      workspace.start({ web: container(images.service, { limits: { ulimits: { nofile } } }) }),
    );

    expect(error).toMatchObject({
      code: "CLEANROOM_UNSUPPORTED",
      message:
        `web cannot have \`limits.ulimits.nofile\` of ${nofile}: that is above the hard limit of the engine itself, which it ` +
        "cannot exceed. Lower it, or raise the engine's (LimitNOFILE= of its systemd unit).",
    });
    expect(await workspace.left()).toEqual([]);
  });
});

describe("kernel parameters", () => {
  test("of the machine are refused before anything is made; the container's own are set", async ({ workspace }) => {
    const withSysctls = (sysctls: Readonly<Record<string, string>>): ReturnType<typeof container> =>
      container(images.service, { engineOptions: { HostConfig: { Sysctls: sysctls } } });
    const since = Date.now();

    const error = await failureOf(workspace.start({ web: withSysctls({ "net.core.rmem_max": "1000000" }) }));
    const made = await engine.createdSince(since, `dev.cleanroom.project=${workspace.directory}`);
    const { services } = await workspace.start({ web: withSysctls({ "net.core.somaxconn": "77" }) });

    expect(error).toMatchObject({
      code: "CLEANROOM_CONFIGURATION",
      message: expect.stringContaining("engineOptions.HostConfig.Sysctls.net.core.rmem_max: belongs to") as unknown,
    });
    expect(made).toEqual([]);
    expect(await engine.createdSince(since, `dev.cleanroom.project=${workspace.directory}`)).toHaveLength(1);
    expect((await services.web.exec(["cat", "/proc/sys/net/core/somaxconn"])).stdout).toBe("77\n");
  });
});
