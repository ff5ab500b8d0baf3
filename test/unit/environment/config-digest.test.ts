import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { container, postgres } from "../../../src/index.ts";
import { digestOf } from "../../../src/environment/config-digest.ts";

const config = { services: { db: postgres("postgres:17", { database: "shop" }) } };

describe("a digest", () => {
  test("is the same for what is written alike", () => {
    const again = { services: { db: postgres("postgres:17", { database: "shop" }) } };

    expect(digestOf(config)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(again)).toBe(digestOf(config));
  });

  const differences: readonly (readonly [string, unknown])[] = [
    ["another image", { services: { db: postgres("postgres:18", { database: "shop" }) } }],
    [
      "an option that does not exist",
      { services: { db: postgres("postgres:17", { database: "shop", pasword: "" } as never) } },
    ],
    [
      "one that is undefined",
      { services: { db: postgres("postgres:17", { database: "shop", password: undefined } as never) } },
    ],
    [
      "one that is no number",
      { services: { db: postgres("postgres:17", { database: "shop", keepAliveMs: Number.NaN }) } },
    ],
    [
      "one that JSON has no word for",
      { services: { db: postgres("postgres:17", { database: "shop", keepAliveMs: 1n } as never) } },
    ],
    ["a function", { services: { db: container("postgres:17", { env: () => ({}) }) } }],
    ["a key of its own", { ...config, extra: 1 }],
  ];

  test.for(differences)("is another one for %s", ([, other]) => {
    expect(digestOf(other)).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(other)).not.toBe(digestOf(config));
  });

  test("is another one for what turns itself into the same JSON", () => {
    expect(digestOf({ toJSON: () => "a" })).not.toBe(digestOf("a"));
  });

  test("is one for what comes from another realm, and for an object without a prototype", () => {
    const elsewhere: unknown = runInNewContext("({ list: [{ a: 1 }] })");

    expect(digestOf(elsewhere)).toBe(digestOf({ list: [{ a: 1 }] }));
    expect(digestOf(Object.assign(Object.create(null) as object, { a: 1 }))).toBe(digestOf({ a: 1 }));
  });

  class Probe {
    readonly name = "mine";
    readonly #secret: number;
    constructor(secret: number) {
      this.#secret = secret;
    }
    check(): Promise<number> {
      return Promise.resolve(this.#secret);
    }
  }

  test.for([new URL("http://a.b"), new Date(0), /a/, new Map(), new Set(), Buffer.from("a"), new Probe(1)])(
    "is none for an instance of a class: %s",
    (instance) => {
      expect(digestOf({ services: { db: container("postgres:17", { health: instance as never }) } })).toBeUndefined();
    },
  );

  test("is none for what contains itself", () => {
    const circular: { self?: unknown } = {};
    circular.self = circular;

    expect(digestOf(circular)).toBeUndefined();
  });
});
