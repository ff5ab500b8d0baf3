/** Whether a value is an object or a function, of whatever realm: test runners run code in realms of their own. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Whether an object is no instance of a class. By its prototype's own prototype: each realm has its own `Object`. */
export function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
