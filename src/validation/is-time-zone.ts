/** Whether a time zone is known by this name. In a container an unknown one would be taken for UTC, and nobody told. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[a-z]/i.test(name); // Not an offset such as `+01:00`, which `TZ` has in another form.
  } catch {
    return false;
  }
}
