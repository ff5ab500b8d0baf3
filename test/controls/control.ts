/** A test, as vitest names it. */
export interface NamedTest {
  /** The project of vitest.config.ts. */
  readonly project: "unit" | "docker";
  /** Path from the root of the repository. */
  readonly file: string;
  /** Its full name as vitest prints it: suites and test, with ` > ` in between. */
  readonly name: string;
}

/** A change of the source that switches one feature off. */
export interface Off {
  /** Path from the root of the repository. */
  readonly file: string;
  /** What to look for; it occurs exactly once in the file. */
  readonly find: string;
  /** What to put in its place. */
  readonly replace: string;
}

/** A feature, the test that proves it, and the change that must make that test fail. */
export interface Control {
  /** The feature's number in the list of features that were planned; `extra` for what is not in there. */
  readonly row: number | "extra";
  /** What the feature is, in a few words. */
  readonly feature: string;
  readonly test: NamedTest;
  readonly off: Off;
}

/** A control and the part of the table that it is in. */
export interface AreaControl extends Control {
  readonly area: string;
}
