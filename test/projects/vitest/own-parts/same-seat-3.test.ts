import { describeSameSeat } from "./same-seat.ts";

describeSameSeat();
