import { describe, expect, test } from "vitest";
import { failureNamed, failures } from "./support/failures.ts";
import { allBlocks, place } from "./support/markdown.ts";
import { withoutFigures } from "./support/output.ts";

const shown = allBlocks().filter(({ directive }) => "message" in directive);

describe("an error reads as the documents show it", () => {
  test.for(shown.map((block) => [`${block.directive["message"] ?? ""} at ${place(block)}`, block] as const))(
    "%s",
    async ([, { directive, text }]) => {
      const { message, reason } = await failureNamed(directive["message"] ?? "");
      expect(withoutFigures(text.trim())).toMatch(patternOf(lastSeen(message), reason));
    },
  );

  test("every failure that can be made is shown", () => {
    const names = shown.map(({ directive }) => directive["message"]);
    expect(Object.keys(failures).filter((name) => !names.includes(name))).toEqual([]);
  });

  test("other words are noticed, the engine's own are not", () => {
    const pattern = patternOf("db could not be created: no (such) image after 7 ms\nCheck.", "no (such) image");
    expect(withoutFigures("db could not be created: manifest unknown after 8 ms\nCheck.")).toMatch(pattern);
    expect(withoutFigures("db could not be made: no (such) image after 7 ms\nCheck.")).not.toMatch(pattern);
  });
});

/** Matches the message; what the engine said may be anything, since every version of it has words of its own. */
function patternOf(message: string, reason: string): RegExp {
  const parts = reason === "" ? [message] : message.split(reason);
  return new RegExp(
    `^${parts.map((part) => withoutFigures(part).replaceAll(/[\\^$.|?+*()[\]{}]/g, String.raw`\$&`)).join(".+")}$`,
  );
}

/** The last thing that was seen: the first attempts may come before the process listens, and see that. */
function lastSeen(message: string): string {
  return message.replace(/^Last seen: (?:[^;\n]+; )+/m, "Last seen: ");
}
