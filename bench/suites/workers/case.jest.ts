import { expect, test } from "@jest/globals";
import { useServices } from "cleanroom-test/jest/test";
import config from "./cleanroom.config.ts";
import { visit } from "./visit.ts";

const services = useServices(config, "db");

for (let number = 1; number <= 10; number++) {
  test(`has a database, ${number}`, async () => {
    expect(await visit(services.db)).toBe(1);
  });
}
