/** Writes a line to where the runner writes: it passes on what its workers write, but would put a test's name above a `console.log`. */
export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
