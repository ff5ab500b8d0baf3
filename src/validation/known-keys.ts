import { z } from "zod";

/** The names that an object may have which is at `path` of `value`. */
export function knownKeys(schema: z.ZodType, value: unknown, path: readonly PropertyKey[]): readonly string[] {
  let possible = alternatives(schema, value);
  let inner = value;
  for (const step of path) {
    inner = valueAt(inner, [step]);
    possible = possible.flatMap((one) => alternatives(stepInto(one, step), inner));
  }
  return [...new Set(possible.flatMap((one) => (one instanceof z.ZodObject ? Object.keys(one.shape) : [])))];
}

/** What is at `path` of `value`; `undefined` when there is nothing. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (outer, step) => (typeof outer === "object" && outer !== null ? Reflect.get(outer, step) : undefined),
    value,
  );
}

function stepInto(schema: unknown, step: PropertyKey): unknown {
  if (schema instanceof z.ZodObject) return Reflect.get(schema.shape, step);
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  return undefined;
}

/** The schemas of which a value need fulfil only one, without those that are marked as being for other values. */
function alternatives(schema: unknown, value: unknown): readonly unknown[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodLazy) return alternatives(schema.unwrap(), value);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => alternatives(option, value));
  return schema instanceof z.ZodObject && isMarkedOtherwise(schema, value) ? [] : [schema];
}

function isMarkedOtherwise({ shape }: z.ZodObject, value: unknown): boolean {
  return Object.entries(shape).some(
    ([key, field]) => field instanceof z.ZodLiteral && !field.safeParse(valueAt(value, [key])).success,
  );
}
