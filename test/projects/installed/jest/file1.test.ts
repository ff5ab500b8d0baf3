import { describeSignUps } from "./sign-up-tests";

describeSignUps();
