/** Set-up cannot go on, and the message says what the user can do about it. Printed without a stack. */
export class SetupError extends Error {
  static {
    this.prototype.name = "SetupError";
  }
}
