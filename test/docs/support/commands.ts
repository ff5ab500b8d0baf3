import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../support/source-tree.ts";
import type { Block } from "./markdown.ts";

/** What a command line may refer to. */
export interface Known {
  /** Scripts of package.json. */
  readonly scripts: readonly string[];
  /** Packages that this one is, or works with. */
  readonly packages: readonly string[];
  /** Commands of the `cleanroom` binary. */
  readonly cleanroom: readonly string[];
  /** Environment variables that Cleanroom reads. */
  readonly variables: string;
}

/** What there is, read from the project itself; `cleanroom` as its help lists it. */
export function known(cleanroomHelp: string): Known {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly name: string;
    readonly scripts: Readonly<Record<string, string>>;
  } & Readonly<Record<"dependencies" | "devDependencies", Readonly<Record<string, string>>>>;
  const commands = cleanroomHelp.split("Commands:\n")[1] ?? "";
  return {
    scripts: Object.keys(manifest.scripts),
    packages: [manifest.name, ...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)],
    cleanroom: [...commands.matchAll(/^ {2}(\w[\w-]*)/gm)].map(([, name = ""]) => name),
    variables: ["environment-variables.ts", "settings.ts"]
      .map((file) => readFileSync(join(root, "src", "config", file), "utf8"))
      .join("\n"),
  };
}

/** One sentence for every command of a `sh` block that would not work. */
export function commandProblems(block: Block, there: Known): readonly string[] {
  return block.text.split("\n").flatMap((line, index) => {
    const commands = line.replace(/(^|\s)#.*$/, "").split("&&");
    return commands.flatMap((command) => {
      const problem = problemOf(command.trim(), there);
      return problem === undefined ? [] : [`${block.document}:${block.line + 1 + index}: ${problem}`];
    });
  });
}

function problemOf(command: string, there: Known): string | undefined {
  if (command === "") return undefined;
  const words = command.match(/(?:'[^']*'|"[^"]*"|\S)+/g) ?? [];
  const assignments = words.filter((word, index) => /^\w+=/.test(word) && (index === 0 || words[0] === "export"));
  for (const assignment of assignments) {
    const name = assignment.split("=")[0] ?? "";
    const prefix = /^CLEANROOM_URL_(?=.)/.exec(name)?.[0]; // The rest is the name of a service.
    if (!there.variables.includes(`"${prefix ?? name}"`)) return `Cleanroom does not read the variable ${name}`;
  }
  const [program, ...args] = words.filter((word) => !assignments.includes(word));
  if (program === undefined || program === "export") return undefined;
  return checks[program]?.(args, there) ?? (program in checks ? undefined : `${program} is not a command we know`);
}

type Check = (args: readonly string[], there: Known) => string | undefined;

const checks: Readonly<Record<string, Check>> = {
  npm: ([verb, ...args], { scripts, packages }) => {
    if (verb === "run") return missing(scripts, args[0] ?? "", "is not a script of package.json");
    if (verb === "install") return args.map((arg) => missing(packages, arg, "is not a package we know")).find(Boolean);
    return verb === "test" || verb === "ci" ? undefined : `npm ${verb ?? ""} is not a command we know`;
  },
  npx: ([program = "", ...args], { cleanroom }) => {
    if (program === "cleanroom") return missing(cleanroom, args[0] ?? "", "is not a command of cleanroom");
    const isInstalled = existsSync(join(root, "node_modules", ".bin", program));
    return isInstalled ? missingPath(args) : `${program} is not installed`;
  },
  node: missingPath,
  git: () => undefined,
  cd: () => undefined,
  docker: ([verb = ""]) =>
    missing(["ps", "build", "context", "inspect", "logs", "network", "login", "pull"], verb, "is not a docker command"),
};

function missing(list: readonly string[], name: string, complaint: string): string | undefined {
  return name.startsWith("-") || list.includes(name) ? undefined : `${name} ${complaint}`;
}

/** Arguments that are paths must be there. */
function missingPath(args: readonly string[]): string | undefined {
  const path = args.find((arg) => /[\w.]\/\w/.test(arg) && !arg.startsWith("-") && !existsSync(join(root, arg)));
  return path === undefined ? undefined : `${path} does not exist`;
}
