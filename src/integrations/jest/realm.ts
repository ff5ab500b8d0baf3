import { types } from "node:util";

/** What a realm makes objects of. */
export interface RealmGlobals {
  /** Plain data. */
  readonly Object: ObjectConstructor;
  /** Lists. */
  readonly Array: ArrayConstructor;
  /** Dates. */
  readonly Date: DateConstructor;
  /** What methods promise. */
  readonly Promise: PromiseConstructor;
}

type Callable = (...args: readonly unknown[]) => unknown;

/**
 * Shows a test file what was made outside of its realm as if it had been made in it: plain data, dates and promises are the
 * realm's own, so that `toStrictEqual`, `instanceof Array` and the like hold of what services answer. Of anything else there is a
 * view, through which the same goes for what its properties hold and its methods return. Errors stay what they are.
 */
export class Realm {
  readonly #globals: RealmGlobals;
  /** What is shown in place of what; the same whenever it is asked for. */
  readonly #shown = new WeakMap<object, object>();
  /** What is behind a view. */
  readonly #behind = new WeakMap<object, object>();

  constructor(globals: RealmGlobals) {
    this.#globals = globals;
  }

  /** What a value is shown as. */
  show(value: unknown): unknown {
    if (isCallable(value)) return this.#once(value, () => this.#callableFrom(value, undefined));
    if (typeof value !== "object" || value === null) return value;
    if (Object.prototype.toString.call(value) === "[object Error]" || ArrayBuffer.isView(value)) return value;
    return this.#once(value, () => this.#shownObject(value));
  }

  #shownObject(value: object): object {
    const { Array: RealmArray, Date: RealmDate, Promise: RealmPromise, Object: RealmObject } = this.#globals;
    if (Array.isArray(value)) return RealmArray.from(value, (each) => this.show(each));
    if (types.isDate(value)) return new RealmDate(value.getTime());
    if (types.isPromise(value)) return RealmPromise.resolve(value).then((result) => this.show(result));
    if (!isPlain(value)) return this.#viewOf(value);
    return RealmObject.fromEntries(Object.entries(value).map(([key, each]) => [key, this.show(each)]));
  }

  #viewOf(target: object): object {
    const view = new Proxy(target, {
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key, target); // Its own: private fields are not the view's.
        if (isFixed(target, key)) return value;
        return isCallable(value) ? this.#once(value, () => this.#callableFrom(value, target)) : this.show(value);
      },
      set: (_, key, value) => Reflect.set(target, key, this.#original(value), target),
    });
    this.#behind.set(view, target);
    return view;
  }

  #callableFrom(fn: Callable, self: object | undefined): Callable {
    const callable: Callable = (...args) =>
      this.show(
        Reflect.apply(
          fn,
          self,
          args.map((arg) => this.#original(arg)),
        ),
      );
    this.#behind.set(callable, fn);
    return callable;
  }

  /** What a value of the realm is outside of it. */
  #original(value: unknown): unknown {
    if (isCallable(value)) return this.#behind.get(value) ?? this.#once(value, () => this.#calledBack(value));
    return typeof value === "object" && value !== null ? (this.#behind.get(value) ?? value) : value;
  }

  /** A method calls back with what the realm can use, as it returns it. */
  #calledBack(callback: Callable): Callable {
    return (...args) => callback(...args.map((arg) => this.show(arg)));
  }

  #once(original: object, make: () => object): object {
    const shown = this.#shown.get(original) ?? make();
    this.#shown.set(original, shown);
    return shown;
  }
}

function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

/** Whether an object only holds values: none that it computes, and no methods. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // By its prototype's own prototype: every realm has an `Object` of its own.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const properties = Object.values(Object.getOwnPropertyDescriptors(value));
  return properties.every((property) => "value" in property && typeof property.value !== "function");
}

/** What can never change must be shown as it is. */
function isFixed(target: object, key: PropertyKey): boolean {
  const property = Object.getOwnPropertyDescriptor(target, key);
  return property?.configurable === false && property.writable === false;
}
