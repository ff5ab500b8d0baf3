import type { EventMap } from "../../index.ts";

type StartEvent =
  | "image:pulling"
  | "image:building"
  | "container:ready"
  | "reset:failed"
  | "warm-image:failed"
  | "recovery:retry"
  | "recovery:fallback";

/** What is told while services start. */
type ProgressListeners = {
  readonly [Name in StartEvent]: (payload: EventMap[Name]) => void;
};

const MEBIBYTE = 1024 * 1024;
/** A pull is reported each time this much more of it has come, as a share. */
const STEP = 0.25;

/** Writes a line for each service that is ready, and a few while an image is fetched. */
export function progressListeners(log: (line: string) => void): ProgressListeners {
  const reported = new Map<string, number>();
  return {
    "image:pulling": ({ image, receivedBytes, totalBytes }) => {
      if (totalBytes === 0) {
        if (!reported.has(image)) log(`cleanroom  pulling ${image}`);
        reported.set(image, -1);
        return;
      }
      const step = Math.floor(receivedBytes / Math.max(1, totalBytes) / STEP);
      if (step <= (reported.get(image) ?? -1)) return;
      reported.set(image, step);
      log(`cleanroom  pulling ${image}: ${mebibytes(receivedBytes)} of ${mebibytes(totalBytes)} MiB`);
    },
    "image:building": ({ name, step }) => {
      log(`cleanroom  building ${name}, step ${step}`);
    },
    "container:ready": ({ name, timings, attempts, isWarm, isRenewed, isClaimed }) => {
      if (isClaimed) return; // There may be one for each test.
      const how = isWarm ? " (warm)" : isRenewed ? " (initialised anew)" : "";
      const again = attempts === 1 ? "" : ` (attempt ${attempts})`;
      log(`cleanroom  ${name} is ready after ${(timings.totalMs / 1000).toFixed(1)} s${how}${again}`);
    },
    "recovery:retry": ({ name, attempt, attempts, delayMs, error }) => {
      const then = `tried again in ${(delayMs / 1000).toFixed(1)} s`;
      log(`cleanroom  ${name} did not start (attempt ${attempt} of ${attempts}), ${then}: ${firstLine(error)}`);
    },
    "recovery:fallback": ({ name, error, to }) => {
      log(`cleanroom  ${name} could not be created, so ${to} takes its place: ${firstLine(error)}`);
    },
    "reset:failed": ({ name, reason }) => {
      log(`cleanroom  ${name} could not be reset, so another container takes its place: ${reason}`);
    },
    "warm-image:failed": ({ name, reason }) => {
      log(`cleanroom  ${name} has no warm image: ${reason}`);
    },
  };
}

function firstLine(error: unknown): string {
  const hasMessage = typeof error === "object" && error !== null && "message" in error;
  return String(hasMessage ? error.message : error).split("\n", 1)[0] ?? "";
}

function mebibytes(bytes: number): string {
  return (bytes / MEBIBYTE).toFixed(0);
}

/** Writes a line for each service that is not started, as it exists already. */
export function existingListener(log: (line: string) => void): (event: EventMap["service:existing"]) => void {
  return ({ name, url, variable }) => {
    log(`cleanroom  ${name} uses ${url} from ${variable}, starts nothing`);
  };
}
