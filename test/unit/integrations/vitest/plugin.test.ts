import { expect, test } from "vitest";
import cleanroom from "../../../../src/integrations/vitest/plugin.ts";

test.for<readonly [object, string]>([
  [{ confg: "a.ts" }, "confg: is not an option; did you mean `config`?"],
  [{ config: "" }, "config: must be the path of the configuration file"],
])("options are checked: %o", ([options, message]) => {
  expect(() => cleanroom(options)).toThrow(`What cleanroom() was given is not valid:\n  ${message}`);
});

test("the configuration file may be named, or not", () => {
  expect(cleanroom({ config: "a.ts" }).api).toEqual({ config: "a.ts" });
  expect(cleanroom({ config: undefined } as object).api).toEqual({ config: undefined });
  expect(cleanroom().api).toEqual({});
});
