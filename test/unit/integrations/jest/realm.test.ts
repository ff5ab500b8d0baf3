import { createContext, runInContext } from "node:vm";
import { describe, expect, test } from "vitest";
import type { RealmGlobals } from "../../../../src/integrations/jest/realm.ts";
import { Realm } from "../../../../src/integrations/jest/realm.ts";

/** A realm as Jest makes one for a test file, and what its code says of a value that is shown to it. */
function newRealm(): { readonly realm: Realm; readonly ask: (code: string, value: unknown) => unknown } {
  const context = createContext({});
  const realm = new Realm(runInContext("globalThis", context) as RealmGlobals);
  const ask = (code: string, value: unknown): unknown => {
    const question = runInContext(`(shown) => ${code}`, context) as (shown: unknown) => unknown;
    return question(realm.show(value));
  };
  return { realm, ask };
}

class Counter {
  #count: number;
  label = "own";

  constructor(count: number) {
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  next(): Counter {
    return new Counter(this.#count + 1);
  }

  add(by: number): number {
    return (this.#count += by);
  }

  each(callback: (row: object) => unknown): unknown {
    return callback({ row: this.#count });
  }
}

describe("of the realm's own are", () => {
  test.for<readonly [string, unknown, string]>([
    ["lists", [1, [2]], "shown instanceof Array && shown[1] instanceof Array"],
    ["data", { a: { b: 1 } }, "shown instanceof Object && shown.a instanceof Object"],
    ["data without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), "shown instanceof Object"],
    ["dates", new Date(5), "shown instanceof Date && shown.getTime() === 5"],
    ["promises", Promise.resolve(), "shown instanceof Promise"],
  ])("%s", ([, value, code]) => {
    const { ask } = newRealm();
    expect(ask(code, value)).toBe(true);
  });

  test("what promises resolve to, and what methods return", async () => {
    const { ask } = newRealm();
    expect(await ask("shown.then((list) => list instanceof Array)", Promise.resolve([1]))).toBe(true);
    expect(ask("shown.list() instanceof Array", { list: () => [1] })).toBe(true);
  });

  test("what callbacks are given", () => {
    const { ask } = newRealm();
    expect(ask("shown.each((row) => row instanceof Object && row.row)", new Counter(7))).toBe(7);
  });
});

test("errors and bytes stay what they are", () => {
  const { realm } = newRealm();
  for (const value of [new TypeError("own"), new Uint8Array(2), new ArrayBuffer(2), 1, "text", null, undefined])
    expect(realm.show(value)).toBe(value);
});

describe("an object with methods", () => {
  test("is seen with its private state, through the same view each time", () => {
    const { realm, ask } = newRealm();
    const counter = new Counter(3);
    expect(ask("shown.add(2) + shown.count", counter)).toBe(10);
    expect(ask("shown.next().count", counter)).toBe(6);
    expect(realm.show(counter)).toBe(realm.show(counter));
  });

  test("has methods of its own although another one has the same", () => {
    const { realm, ask } = newRealm();
    const both = { one: new Counter(1), two: new Counter(2), make: () => undefined };
    expect(ask("[shown.one.add(10), shown.two.add(10)].join()", both)).toBe("11,12");
    const { add } = realm.show(both.one) as Counter;
    expect(() => add(1)).toThrow(TypeError); // As it is without a view.
  });

  test("takes views of others for what is behind them", () => {
    const { ask } = newRealm();
    const one = new Counter(1);
    expect(ask("shown.isOne(shown.one)", { one, isOne: (value: unknown) => value === one })).toBe(true);
  });

  test("can be spied on, and restored", () => {
    const { realm, ask } = newRealm();
    const counter = new Counter(1);
    const code = "(shown.add = shown.spy, shown.add === shown.spy && shown.add(1))";
    const view = realm.show(counter) as Counter & { spy?: unknown };
    view.spy = (): string => "spied";
    expect(ask(code, counter)).toBe("spied");
    expect(delete (view as Partial<Counter>).add).toBe(true);
    expect(view.add(1)).toBe(2);
  });

  test("keeps what it has although a file's globals are cleaned up, as other files use it", () => {
    const { realm } = newRealm();
    const counter = new Counter(1);
    const view = realm.show(counter) as Counter;
    expect(Reflect.deleteProperty(view, "label")).toBe(false);
    expect(Reflect.defineProperty(view, "label", { get: () => "wrapped" })).toBe(false);
    expect(counter.label).toBe("own");
  });
});

test("a function has its properties, as clients of databases do, and classes can be made", () => {
  const { ask } = newRealm();
  const sql = Object.assign((text: TemplateStringsArray) => [text[0]], { end: () => "ended" });
  expect(ask("shown`SELECT`[0] + ' ' + shown.end()", sql)).toBe("SELECT ended");
  expect(ask("new shown(4).count", Counter)).toBe(4);
});

test("a listener that is added can be removed", () => {
  const { ask } = newRealm();
  const listeners = new Set<unknown>();
  const emitter = { on: (each: unknown) => listeners.add(each), off: (each: unknown) => listeners.delete(each) };
  expect(ask("((listener) => (shown.on(listener), shown.off(listener)))(() => 1)", emitter)).toBe(true);
  expect(listeners.size).toBe(0);
});

test("data is shown as it is now", () => {
  const { ask } = newRealm();
  const mailbox = { messages: ["first"], clear: () => undefined };
  expect(ask("shown.messages.length", mailbox)).toBe(1);
  mailbox.messages.push("second");
  expect(ask("shown.messages.length", mailbox)).toBe(2);
});

test("data may hold itself, and keys of any name", () => {
  const { ask } = newRealm();
  const data: Record<string, unknown> = JSON.parse('{ "__proto__": 1 }') as Record<string, unknown>;
  data["self"] = data;
  expect(ask("shown.self === shown && Object.keys(shown).join()", data)).toBe("__proto__,self");
});
