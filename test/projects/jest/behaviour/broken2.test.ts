import { test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";

useServices(config, "broken");

test("is told why it does not run", () => undefined);
