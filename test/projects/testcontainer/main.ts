import { registerHooks } from "node:module";
import type { ModuleContainer } from "cleanroom-test";
import { CleanroomEnvironment, testcontainer } from "cleanroom-test";

/** Says what it gets, and which packages that loaded, a line of JSON; stays until it is told to end. */
const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) loaded.add(name);
    return next(url, context);
  },
});

let created = 0;
const cache = testcontainer(
  async () => {
    created += 1;
    return new (await import("@testcontainers/redis")).RedisContainer("cleanroom-test/redis:7");
  },
  { key: "redis-7", connection: (started) => ({ url: started.getConnectionUrl() }) },
);

const environment = await CleanroomEnvironment.start({ services: { cache } });
const handle: ModuleContainer<{ url: string }> = environment.services.cache;
const { exitCode } = process.argv.includes("--exec") ? await handle.exec(["true"]) : { exitCode: undefined };
const message = { id: handle.id, url: handle.data.url, created, exitCode, loaded: [...loaded] };
process.stdout.write(`${JSON.stringify(message)}\n`);
process.stdin.once("end", () => void environment.cleanup()).resume();
