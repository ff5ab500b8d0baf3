import type { z } from "zod";

/** One thing that is wrong, as zod tells it. */
export type Issue = z.core.$ZodIssue;

/** What zod says of a union that has no message of its own. */
const NO_MESSAGE = "Invalid input";

/**
 * What is wrong in the branch of a union that the value was meant for: the one of its kind with the least that is wrong. A
 * value that is of no branch's kind is told what the union as a whole wants. What is no union's is left as it is.
 */
export function issuesOfBranch(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return [issue];
  const branches = issue.errors.map((branch) => branch.flatMap(issuesOfBranch));
  const [meant] = branches
    .filter((branch) => !branch.some(isOfAnotherKind))
    .toSorted((one, other) => one.length - other.length);
  if (meant === undefined) return [{ ...issue, errors: [], message: messageOfAll(issue.message, branches) }];
  return meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Whether a value is not even of the kind that a branch is for, rather than a faulty one of that kind. */
function isOfAnotherKind({ code, path, ...rest }: Issue): boolean {
  if (path.length > 0) return false;
  return (
    code === "invalid_type" ||
    code === "invalid_value" ||
    code === "custom" ||
    (code === "invalid_union" && !("discriminator" in rest))
  );
}

function messageOfAll(own: string, branches: readonly (readonly Issue[])[]): string {
  if (own !== NO_MESSAGE) return own;
  const messages = branches.flatMap((branch) => branch.slice(0, 1).map(({ message }) => message));
  const said = messages
    .filter((message) => message !== NO_MESSAGE)
    .map((message) => message.replace(`${NO_MESSAGE}: `, ""));
  return said.length === 0 ? own : [...new Set(said)].join(", or ");
}
