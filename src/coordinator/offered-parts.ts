import { LifecycleError } from "../errors/lifecycle-error.ts";
import type { PartMaker } from "../services/division/part-maker.ts";
import type { MemberFunctions } from "./protocol.ts";

/** The functions of a member that make parts. */
type PartFunctions = Omit<MemberFunctions, "notify">;

/** What a member has offered to make parts of. */
export class OfferedParts {
  readonly #makers = new Map<string, PartMaker>();

  /** Has parts of a service made by this maker from now on. */
  add(serviceId: string, maker: PartMaker): void {
    this.#makers.set(serviceId, maker);
  }

  /** Ids of the services. */
  get serviceIds(): readonly string[] {
    return [...this.#makers.keys()];
  }

  /** What the coordinator can call. */
  get functions(): PartFunctions {
    return {
      makePart: async (serviceId) => this.#makerOf(serviceId).make(),
      resetPart: async (serviceId, id) => (await this.#makerOf(serviceId).reset(id)) ?? null,
      removePart: async (serviceId, id) => this.#makerOf(serviceId).remove(id),
      listParts: async (serviceId) => this.#makerOf(serviceId).list(),
    };
  }

  #makerOf(serviceId: string): PartMaker {
    const maker = this.#makers.get(serviceId);
    if (maker === undefined)
      throw new LifecycleError("A part was wanted of a service that this process does not divide.");
    return maker;
  }
}
