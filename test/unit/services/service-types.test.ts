import { describe, expect, expectTypeOf, test } from "vitest";
import type {
  GenericContainer,
  RedisContainer,
  RedisDatabase,
  ServiceDefinition,
  SharedContainer,
} from "../../../src/index.ts";
import { container, redis, registerServiceType, service } from "../../../src/index.ts";

type Broker = ServiceDefinition<SharedContainer, GenericContainer, "test">;

/** A kind of service, as a user would make it. */
function broker(image: string, { topics = [] }: { readonly topics?: readonly string[] } = {}): Broker {
  return container(image, { labels: { topics: topics.join() } });
}

declare module "../../../src/services/service-types.ts" {
  interface ServiceTypes {
    readonly broker: typeof broker;
  }
}

describe("a service by the name of its kind", () => {
  test("is what its function describes, with its types", () => {
    registerServiceType("broker", broker);

    const described = service("broker", "kafka:4", { topics: ["a", "b"] });

    expect(described.options).toEqual({ labels: { topics: "a,b" } });
    expectTypeOf(described).toEqualTypeOf<Broker>();
    expectTypeOf(service<"broker">)
      .parameter(2)
      .toEqualTypeOf<{ readonly topics?: readonly string[] } | undefined>();
  });

  test("may be one of Cleanroom's own", () => {
    const described = service("redis", "redis:8", { keepAliveMs: 1 });

    expect(JSON.stringify(described)).toBe(JSON.stringify(redis("redis:8", { keepAliveMs: 1 })));
    expectTypeOf(described).toExtend<ServiceDefinition<RedisContainer, RedisDatabase>>();
  });

  test("that is registered again is the last one", () => {
    registerServiceType("broker", broker);
    registerServiceType("broker", (image) => container(`${image}-2`));

    expect(service("broker", "kafka:4").image).toBe("kafka:4-2");
  });

  test("that nobody registered is told, with those that are known", () => {
    // @ts-expect-error There is no such kind.
    expect(() => service("kafak", "kafka:4") as unknown).toThrow(
      /^The service type "kafak" is not valid:\n {2}is not registered; known are postgres, redis, container/,
    );
  });

  test.for([
    ["redis", "is that of a kind of Cleanroom's own; choose another"],
    ["", "must not be empty"],
  ] as const)("cannot be %j", ([name, complaint]) => {
    expect(() => {
      registerServiceType(name, redis);
    }).toThrow(`The service type ${JSON.stringify(name)} is not valid:\n  ${complaint}`);
  });
});
