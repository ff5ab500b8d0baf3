import { isObject } from "../../errors/is-object.ts";
import type { Divider } from "./division.ts";

const NEEDED = ["make", "remove", "list"] as const;
const OPTIONAL = ["reset", "isFull"] as const;

/** What is wrong with what `open` gave, which no compiler need have seen; `undefined` when nothing is. */
export function dividerProblem(opened: unknown): string | undefined {
  if (!isObject(opened)) return "it must give an object with the functions `make`, `remove` and `list`";
  const divider: Partial<Record<keyof Divider, unknown>> = opened;
  const { maxIdle } = divider;
  const wrong = [
    ...NEEDED.filter((name) => typeof divider[name] !== "function"),
    ...OPTIONAL.filter((name) => divider[name] !== undefined && typeof divider[name] !== "function"),
  ];
  if (wrong[0] !== undefined) return `\`${wrong[0]}\` of what it gives must be a function`;
  if (maxIdle === undefined || (Number.isSafeInteger(maxIdle) && Number(maxIdle) >= 0)) return undefined;
  return "`maxIdle` of what it gives must be a whole number, 0 or more";
}
