import type { BirpcReturn } from "birpc";
import type { PartMaker } from "../services/division/part-maker.ts";
import type { CoordinatorFunctions, MemberFunctions } from "./protocol.ts";
import { checkedAnswer } from "./protocol-schema.ts";

/** Has a member make the parts of a service. What it answers is not believed unseen. */
export function remotePartMaker(
  member: BirpcReturn<MemberFunctions, CoordinatorFunctions>,
  serviceId: string,
): PartMaker {
  return {
    make: async () => checkedAnswer("makePart", await member.makePart(serviceId)),
    reset: async (id) => checkedAnswer("resetPart", await member.resetPart(serviceId, id)) ?? undefined,
    remove: async (id) => {
      await member.removePart(serviceId, id);
    },
    list: async () => checkedAnswer("listParts", await member.listParts(serviceId)),
  };
}
