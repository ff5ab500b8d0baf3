import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { replaceVariables } from "../../../src/config/environment-variables.ts";
import { ExistingAddresses } from "../../../src/environment/existing-addresses.ts";
import { container, postgres, testcontainer } from "../../../src/index.ts";
import { shownUrl } from "../../../src/services/existing-service.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("the address of a service that exists already", () => {
  const definition = postgres("postgres:17", { urlFrom: "DATABASE_URL" });
  const variableFor = (name: string): string | undefined => new ExistingAddresses().of(name, definition)?.variable;

  test("is in the variable of its name, or in the one that its options name, which yields", () => {
    expect(variableFor("my-db2")).toBeUndefined();
    vi.stubEnv("DATABASE_URL", "postgres://a@b/c");
    expect(variableFor("my-db2")).toBe("DATABASE_URL");
    vi.stubEnv("CLEANROOM_URL_MY_DB2", "postgres://a@b/d");
    expect(variableFor("my-db2")).toBe("CLEANROOM_URL_MY_DB2");
  });

  test("is not in a variable of its options that Cleanroom set, but in what that was before", () => {
    vi.stubEnv("DATABASE_URL", "postgres://a@outside/c");
    const putBack = replaceVariables({ DATABASE_URL: "postgres://a@part/c" });
    onTestFinished(putBack);

    expect(new ExistingAddresses().of("db", definition)?.url.hostname).toBe("outside");
  });

  test("is in no variable that nobody named, nor in an empty one", () => {
    vi.stubEnv("DATABASE_URL", "postgres://a@b/c");
    expect(new ExistingAddresses().of("db", postgres("postgres:17"))).toBeUndefined();
    vi.stubEnv("DATABASE_URL", "");
    expect(variableFor("db")).toBeUndefined();
  });

  test.for([
    ["db", "nonsense with a pa55word", "CLEANROOM_URL_DB: must be a URL"],
    ["my_db", "postgres://a@b/c", "CLEANROOM_URL_MY_DB: is that of `my-db` as well"],
  ] as const)("is refused for %s when it is %s", ([name, value, message]) => {
    const addresses = new ExistingAddresses();
    vi.stubEnv("CLEANROOM_URL_MY_DB", "postgres://a@b/c");
    vi.stubEnv("CLEANROOM_URL_DB", value);
    addresses.of("my-db", definition);

    expect(() => addresses.of(name, definition)).toThrow(message);
    expect(() => addresses.of(name, definition)).not.toThrow("pa55word");
  });

  test("is checked by the kind of each service, whatever else is wrong with the configuration", async () => {
    vi.stubEnv("CLEANROOM_URL_DB", "redis://b/0");
    await expect(new ExistingAddresses().ofAll({ db: postgres("postgres:17") })).rejects.toThrow(
      "must be the URL of a postgres()",
    );
    vi.stubEnv("CLEANROOM_URL_KAFKA", "kafka://b:9092");
    const kafka = testcontainer(() => Promise.reject(new Error("It was built.")), { key: "1", connection: () => 1 });
    await expect(new ExistingAddresses().ofAll({ kafka })).rejects.toThrow("cannot say what a testcontainer() gives");
    await expect(new ExistingAddresses().ofAll({ web: container("web"), db: {} as never })).resolves.toEqual([
      undefined,
    ]);
    await expect(new ExistingAddresses().ofAll(undefined as never)).resolves.toEqual([]);
  });

  test.for([
    ["postgres://me:secret@host:5432/app?password=secret", "postgres://me:***@host:5432/app"],
    ["redis://:secret@host/0", "redis://:***@host/0"],
    ["postgres://me@host/app", "postgres://me@host/app"],
    ["http://host:8080/path?token=secret", "http://host:8080/path"],
  ] as const)("%s is shown as %s", ([url, shown]) => {
    expect(shownUrl(new URL(url))).toBe(shown);
  });
});
