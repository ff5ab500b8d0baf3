/** Whether a value is an object or a function, of whatever realm: test runners run code in realms of their own. */
export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
