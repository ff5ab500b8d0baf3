import { expect, test } from "vitest";
import type { FileSpec } from "../../../src/index.ts";
import { withoutSecrets } from "../../../src/spec/without-secrets.ts";

function file(content: string, isSecret: boolean): FileSpec {
  return { path: `/${content}`, contentBase64: Buffer.from(content).toString("base64"), mode: 0o444, isSecret };
}

test("what secret files hold is left out of a text, and nothing else", () => {
  const files = [file("open", false), file("pass", true), file("password\n", true), file("no", true)];

  expect(withoutSecrets("open no: password, pass", { files })).toBe("open no: ***, ***");
});
