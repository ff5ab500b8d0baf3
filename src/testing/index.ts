export type { BackendCall, BackendMethod, CallListener, CallPhase } from "./call-ledger.ts";
export { backendContract } from "./backend-contract.ts";
export type { BackendFact, ContractContext } from "./contract/fact.ts";
export type { FakeBackendOptions } from "./fake-backend-options.ts";
export { FakeBackend } from "./fake-backend.ts";
export type { FakeContainer, FakeExit } from "./fake-container.ts";
export type { FakeImages } from "./fake-engine.ts";
export type { ExecAnswer, FakeImage } from "./fake-image.ts";
export { ManualClock } from "./manual-clock.ts";
