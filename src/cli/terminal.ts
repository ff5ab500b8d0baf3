/** Writes a line for people who asked for it. */
export function print(line: string): void {
  console.log(line);
}

/** Writes a line about something that went wrong. */
export function printError(line: string): void {
  console.error(line);
}

/** Writes a line about what is going on, where the output is somebody else's. */
export function printAside(line: string): void {
  console.error(line);
}
