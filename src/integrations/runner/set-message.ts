/** What has a message, and perhaps where it happened. */
export interface ErrorLike {
  /** What is told of it. */
  readonly message: string;
  /** The same with where it happened. */
  readonly stack?: unknown;
}

/** Whether what was thrown has a message; whatever is thrown is a failure to test runners. */
export function isErrorLike(value: unknown): value is ErrorLike {
  return typeof value === "object" && value !== null && "message" in value && typeof value.message === "string";
}

/** Gives an error another message, in its stack as well: some reporters show only that. `false` when it cannot be changed. */
export function setMessage(error: ErrorLike, message: string): boolean {
  const { stack, message: told } = error; // Its first reader has the stack made, of the message as it is by then.
  const isStackSet = typeof stack !== "string" || setText(error, "stack", stackWith(stack, told, message));
  return isStackSet && setText(error, "message", message);
}

/** A stack with another message, which comes before its first frame also where the stack has another one than was told. */
export function stackWith(stack: string, told: string, message: string): string {
  // After the name of the error first: that may contain what is told.
  const start = told === "" ? undefined : [`: ${told}`, told].find((each) => stack.includes(each));
  if (start !== undefined) return stack.replace(start, () => start.slice(0, -told.length) + message);
  const [frames = ""] = /^ +at .*/ms.exec(stack) ?? [];
  const head = stack.slice(0, stack.length - frames.length).replace(/[\s:]*$/, "");
  return `${head === "" ? "" : `${head}: `}${message}\n${frames}`;
}

/** Not by assignment: the message of a `DOMException` comes from its class. */
function setText(error: ErrorLike, key: keyof ErrorLike, value: string): boolean {
  const enumerable = Object.getOwnPropertyDescriptor(error, key)?.enumerable ?? false;
  return Reflect.defineProperty(error, key, { value, configurable: true, writable: true, enumerable });
}
