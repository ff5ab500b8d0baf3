import { describeSameKey } from "./same-key.ts";

describeSameKey(5);
