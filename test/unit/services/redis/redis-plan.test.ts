import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ServicePlan } from "../../../../src/container/service-plan.ts";
import type { RedisOptions } from "../../../../src/index.ts";
import { planRedis } from "../../../../src/services/redis/redis-plan.ts";
import { containerKey } from "../../../../src/spec/key.ts";
import { contextWith } from "../../support/plans.ts";

async function plan(options: RedisOptions = {}): Promise<ServicePlan> {
  return (await planRedis("redis:8-alpine", options, contextWith({ name: "cache" })))({});
}

describe("a redis plan", () => {
  test("writes nothing to disk, and asks for a derived password that it shows to nobody", async () => {
    const { spec, details, probe, prepare, fingerprint } = await plan();
    const { password = "" } = details;

    expect(spec.command).toEqual(["redis-server", "--save", "", "--appendonly", "no", "--databases", "1024"]);
    expect(password).toBe("password of the server");
    expect(JSON.stringify(spec)).not.toContain(password);
    expect(spec.secretArguments).toContain(`#${createHash("sha256").update(password).digest("hex")}`);
    expect(details).toEqual({ password, databases: "1024" });
    expect(spec.ports).toEqual([{ containerPort: 6379, protocol: "tcp" }]);
    expect([probe, prepare, fingerprint]).toEqual([{ kind: "redis", port: 6379 }, undefined, null]);
  });

  test("holds a chosen password in a secret file, with quotes around whatever is in it", async () => {
    const { spec, details } = await plan({ password: 'a "b" \\c' });
    const [file] = spec.files;

    expect(spec.command?.slice(0, 2)).toEqual(["redis-server", file?.path]);
    expect(file).toMatchObject({ isSecret: true, mode: 0o444 });
    expect(Buffer.from(file?.contentBase64 ?? "", "base64").toString()).toBe('requirepass "a \\"b\\" \\\\c"\n');
    expect(spec.secretArguments).toEqual([]);
    expect(details["password"]).toBe('a "b" \\c');
  });

  test("can be without a password", async () => {
    const { spec, details } = await plan({ password: false });

    expect([spec.files, spec.secretArguments, details["password"]]).toEqual([[], [], ""]);
  });

  test("has the same key with another random password, and another key without one", async () => {
    const keyOf = async (options: RedisOptions): Promise<string> => containerKey((await plan(options)).spec);

    expect(await keyOf({})).toBe(await keyOf({}));
    expect(await keyOf({ password: "a" })).toBe(await keyOf({ password: "b" }));
    expect(new Set([await keyOf({}), await keyOf({ password: "a" }), await keyOf({ password: false })]).size).toBe(3);
  });

  test("lets the user's settings win, and takes a port and an environment", async () => {
    const { spec, details } = await plan({
      databases: 16,
      settings: { appendonly: "yes", maxmemory: "64mb" },
      hostPort: 6380,
      env: { TZ: "UTC" },
    });

    expect(spec.command?.slice(1)).toEqual([
      ...["--save", "", "--appendonly", "yes", "--databases", "16", "--maxmemory", "64mb"],
    ]);
    expect(spec.ports).toEqual([{ containerPort: 6379, protocol: "tcp", hostPort: 6380 }]);
    expect([spec.env, details["databases"]]).toEqual([{ TZ: "UTC" }, "16"]);
  });

  test("knows how many databases there are, however that was set", async () => {
    expect((await plan({ settings: { databases: "8" } })).details["databases"]).toBe("8");
    expect((await plan({ databases: 16, settings: { databases: "8" } })).spec.command).toContain("8");
  });
});
