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

/** What has been copied for one answer, which may hold itself. */
type Copies = Map<object, object>;

/**
 * Shows a test file what was made outside of its realm as if it had been made in it: plain data, dates and promises are the
 * realm's own, so that `toStrictEqual`, `instanceof Array` and the like hold of what services answer. Of anything else there is a
 * view, through which the same goes for what its properties hold and its methods return. Errors stay what they are.
 */
export class Realm {
  readonly #globals: RealmGlobals;
  /** What is shown in place of what; the same whenever it is asked for. Data is copied each time, as it may have changed. */
  readonly #shown = new WeakMap<object, object>();
  /** What is behind a view. */
  readonly #behind = new WeakMap<object, object>();

  constructor(globals: RealmGlobals) {
    this.#globals = globals;
  }

  /** What a value is shown as. */
  show(value: unknown): unknown {
    return this.#show(value, new Map());
  }

  #show(value: unknown, copies: Copies): unknown {
    if (!isObject(value) || this.#behind.has(value) || isSameInEveryRealm(value)) return value;
    return copies.get(value) ?? this.#shown.get(value) ?? this.#shownAnew(value, copies);
  }

  #shownAnew(value: object, copies: Copies): object {
    const { Date: RealmDate, Promise: RealmPromise } = this.#globals;
    if (Array.isArray(value)) return this.#copyOfList(value, copies);
    if (types.isDate(value)) return new RealmDate(value.getTime());
    if (isPlain(value)) return this.#copyOfData(value, copies);
    const shown = types.isPromise(value)
      ? RealmPromise.resolve(value).then((result) => this.show(result))
      : this.#viewOf(value);
    this.#shown.set(value, shown);
    return shown;
  }

  #copyOfList(list: readonly unknown[], copies: Copies): object {
    const copy = new this.#globals.Array<unknown>();
    copies.set(list, copy);
    for (const each of list) copy.push(this.#show(each, copies));
    return copy;
  }

  #copyOfData(data: object, copies: Copies): object {
    const copy = new this.#globals.Object();
    copies.set(data, copy);
    for (const [key, each] of Object.entries(data)) {
      // Not by assignment, which `__proto__` would take for something else.
      const value = this.#show(each, copies);
      Object.defineProperty(copy, key, { value, configurable: true, enumerable: true, writable: true });
    }
    return copy;
  }

  #viewOf(target: object): object {
    const added = new Set<PropertyKey>();
    const fn = target as Callable; // Proxies of other objects cannot be called.
    const view = new Proxy(target, {
      apply: (_, self, args) => this.show(Reflect.apply(fn, this.#original(self), this.#originals(args))),
      construct: (_, args) => this.show(Reflect.construct(fn, this.#originals(args))) as object,
      get: (_, key) => {
        const value: unknown = Reflect.get(target, key, target); // Its own: private fields are not the view's.
        return isFixed(target, key) ? value : this.show(value);
      },
      set: (_, key, value) => {
        if (!Object.hasOwn(target, key)) added.add(key);
        return Reflect.set(target, key, this.#original(value), target);
      },
      // Jest deletes or redefines, after a file, whatever is in objects that the file has made global; other files use them, too.
      defineProperty: () => false,
      deleteProperty: (_, key) => added.delete(key) && Reflect.deleteProperty(target, key),
    });
    this.#behind.set(view, target);
    return view;
  }

  #originals(values: readonly unknown[]): readonly unknown[] {
    return values.map((value) => this.#original(value));
  }

  /** What a value of the realm is outside of it. */
  #original(value: unknown): unknown {
    if (!isObject(value)) return value;
    return this.#behind.get(value) ?? (isCallable(value) ? this.#calledBack(value) : value);
  }

  /** A method calls back with what the realm can use, as it returns it. */
  #calledBack(callback: Callable): Callable {
    const called: Callable = (...args) => callback(...args.map((arg) => this.show(arg)));
    this.#behind.set(callback, called); // The same each time: whoever adds a listener may remove it.
    this.#shown.set(called, callback);
    return called;
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || isCallable(value);
}

function isCallable(value: unknown): value is Callable {
  return typeof value === "function";
}

/** What Jest's realms have in common, or what must stay what it is. */
function isSameInEveryRealm(value: object): boolean {
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return true;
  return Object.prototype.toString.call(value) === "[object Error]";
}

/** Whether an object only holds values: none that it computes, and no methods. */
function isPlain(value: object): boolean {
  if (isCallable(value)) return false;
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
