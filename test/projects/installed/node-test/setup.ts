export { globalSetup, globalTeardown } from "cleanroom-test/node/setup";
