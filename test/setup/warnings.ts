// A leaked listener, a deprecated call or an unhandled rejection announces itself as a process warning, and only there.
// Thrown outside every test, so that it fails the run whichever test was to blame.
process.on("warning", (warning) => {
  throw new Error(`The process warned: ${warning.name}: ${warning.message}`, { cause: warning });
});
