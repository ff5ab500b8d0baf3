/** How many of the last lines of a build are kept. */
const KEPT_LINES = 20;

/** How much of the end of a line is kept, in characters: what shows how far it is writes one over and over. */
const KEPT_CHARACTERS = 10_000;

/** What a build begins each of its steps with. Source: https://github.com/moby/moby/blob/v20.10.24/builder/dockerfile/builder.go */
const STEP = /^Step (\d+\/\d+ : .*)$/;

/** What the builder says of itself between the lines of the steps. */
const OF_THE_BUILDER = /^ ---> |^Removing intermediate container /;

/** What a build prints, as far as it matters to whoever waits for it. */
export class BuildLog {
  readonly #onStep: (step: string) => void;
  #lines: readonly string[] = [];
  #rest = "";
  #step: string | undefined;

  /** @param onStep - Told of each step as it begins, as in `2/3 : RUN make`. */
  constructor(onStep: (step: string) => void) {
    this.#onStep = onStep;
  }

  /** The step that was begun last; `undefined` when none was. */
  get step(): string | undefined {
    return this.#step;
  }

  /** The last lines that its steps printed. */
  get output(): string {
    return [...this.#lines, this.#rest].join("\n").trimEnd();
  }

  /** Takes note of what was printed, which need not end with a line. */
  add(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = endOf(lines.pop() ?? "");
    for (const line of lines) this.#addLine(line.trimEnd());
  }

  #addLine(line: string): void {
    const step = STEP.exec(line)?.[1];
    if (step !== undefined) {
      this.#step = step;
      this.#onStep(step);
    } else if (line !== "" && !OF_THE_BUILDER.test(line))
      this.#lines = [...this.#lines, endOf(line)].slice(-KEPT_LINES);
  }
}

function endOf(line: string): string {
  return line.slice(-KEPT_CHARACTERS);
}
