export { ManualClock } from "./manual-clock.ts";
export type { Clock, Timer } from "../time/clock.ts";
