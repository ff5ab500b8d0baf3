// What an application may have run before its tests: it reads the environment, too.
import "../../vitest/existing-suite/app.ts";
