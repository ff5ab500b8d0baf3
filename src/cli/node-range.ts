/**
 * Whether a version of Node is in a range made of `^1.2`, `>=1` and `||`, which is all that our own package.json has. Uses only
 * what any Node has that can load a module.
 */
export function isInRange(version: string, range: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return range.split("||").some((alternative) => {
    const [, operator, wantedMajor, wantedMinor = "0"] = /(\^|>=)(\d+)(?:\.(\d+))?/.exec(alternative) ?? [];
    const isSameMajor = major === Number(wantedMajor) && minor >= Number(wantedMinor);
    return isSameMajor || (operator === ">=" && major > Number(wantedMajor));
  });
}
