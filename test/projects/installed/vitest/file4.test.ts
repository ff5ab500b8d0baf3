import { describeSignUps } from "./sign-up-tests.ts";

describeSignUps();
