/** A text as the source of a regular expression that matches just it; Node 22 has no `RegExp.escape`. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
