import { ConfigurationError, type ConfigurationProblem } from "../errors/configuration-error.ts";
import { nearest } from "../validation/nearest.ts";
import { readVariable } from "./environment-variables.ts";
import { settingDefinitions, settingNames, type SettingName, type Settings } from "./settings.ts";

/** Settings as a command line gives them. */
export interface GivenSettings {
  /** Those, read. */
  readonly settings: Partial<Settings>;
  /** The same as environment variables, for processes that are started from here. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Reads settings such as `pullPolicy=never` and `capacity.maxContainers=4`: where it is in the configuration, and its value as in
 * its environment variable. Of one that is given twice the last counts.
 *
 * @throws ConfigurationError when one is no setting, or its value cannot be.
 */
export function parseSetOptions(assignments: readonly string[]): GivenSettings {
  const problems: ConfigurationProblem[] = [];
  const given = assignments.flatMap((assignment) => {
    const at = assignment.indexOf("=");
    const path = assignment.slice(0, at);
    const name = settingNames.find((each) => at > 0 && settingDefinitions[each].path === path);
    if (name === undefined) problems.push({ path: "", message: complaintAbout(assignment, path) });
    return name === undefined ? [] : [readOne(name, assignment.slice(at + 1))];
  });
  if (problems.length > 0) throw new ConfigurationError({ origin: "The command line", problems });
  return {
    settings: Object.assign({}, ...given.map(({ setting }) => setting)) as Partial<Settings>,
    variables: Object.assign({}, ...given.map(({ variable }) => variable)) as Readonly<Record<string, string>>,
  };
}

/** One setting, and the variable that says it. */
interface GivenSetting {
  readonly setting: Partial<Settings>;
  readonly variable: Readonly<Record<string, string>>;
}

function readOne(name: SettingName, text: string): GivenSetting {
  const { variable, path, parse, combine } = settingDefinitions[name];
  const setting = { [name]: parse(text, `--set ${path}`) };
  // What is combined with what the environment says is so in processes that are told both by one variable, too.
  const inherited = combine === undefined ? undefined : readVariable(variable);
  return { setting, variable: { [variable]: inherited === undefined ? text : `${text},${inherited}` } };
}

function complaintAbout(assignment: string, path: string): string {
  const paths = settingNames.map((name) => settingDefinitions[name].path);
  if (!assignment.includes("="))
    return `${JSON.stringify(assignment)} must be \`path=value\`, such as \`pullPolicy=never\``;
  if (path.startsWith("services.")) {
    return `${path} is an option of a service, which only the configuration says; --set is for settings: ${paths.join(", ")}`;
  }
  const meant = nearest(path, paths);
  const hint = meant === undefined ? `there are ${paths.join(", ")}` : `did you mean ${meant}?`;
  return `${JSON.stringify(path)} is no setting; ${hint}`;
}
