import { expect, test } from "vitest";
import type { ContainerSpec, ExecOptions, ExecResult } from "../../../src/index.ts";
import { EngineRequestError } from "../../../src/index.ts";
import type { ContractContext, FakeContainer, FakeImage } from "../../../src/testing/index.ts";
import { backendContract, FakeBackend } from "../../../src/testing/index.ts";
import type { Clock } from "../../../src/time/clock.ts";
import { systemClock } from "../../../src/time/system-clock.ts";

/** A second passes in ten milliseconds, so that graces and ends come in their order and soon. */
const quickClock: Clock = {
  now: () => systemClock.now(),
  startTimer: (callback, delayMs) => systemClock.startTimer(callback, delayMs / 100),
};

/** What the image of the tests does on an engine: see test/images/service. */
const service: FakeImage = {
  onStart: (container) => {
    const { LOG, LOG_ERROR, EXIT_AFTER_MS, EXIT_CODE } = container.spec.env;
    if (LOG !== undefined) container.log(LOG);
    if (LOG_ERROR !== undefined) container.log(LOG_ERROR);
    const exit = (): void => {
      container.exit(Number(EXIT_CODE ?? 0));
    };
    if (EXIT_AFTER_MS !== undefined) quickClock.startTimer(exit, Number(EXIT_AFTER_MS));
  },
  onStop: (container) => {
    if (container.spec.env["IGNORE_TERM"] === undefined) container.exit(0);
  },
  onExec: runCommand,
};

function runCommand(
  command: readonly string[],
  options: ExecOptions,
  container: FakeContainer,
): ExecResult | Promise<ExecResult> {
  const [program = "", ...rest] = command;
  const said = (stdout: string): ExecResult => ({ exitCode: 0, stdout, stderr: "" });
  switch (program) {
    case "sleep":
      return new Promise(() => {});
    case "true":
      return said("");
    case "echo":
      return said(`${rest.join(" ")}\n`);
    case "stat":
      return said(statOf(container, rest.at(-1) ?? ""));
    case "sh":
      return runScript(rest.at(-1) ?? "", options, container.spec);
    default:
      throw new EngineRequestError({
        operation: `run ${program}`,
        refusal: "command-not-runnable",
        reason: `exec: "${program}": executable file not found in $PATH: unknown`,
      });
  }
}

function runScript(script: string, { env, user, workingDirectory }: ExecOptions, spec: ContainerSpec): ExecResult {
  const colour = env?.["COLOUR"] ?? spec.env["COLOUR"] ?? "";
  if (script === 'echo "$COLOUR"') return { exitCode: 0, stdout: `${colour}\n`, stderr: "" };
  if (script.includes("id -u")) {
    return { exitCode: 0, stdout: `${colour} ${user ?? "0"} ${workingDirectory ?? "/"}\n`, stderr: "" };
  }
  return { exitCode: 3, stdout: "out\n", stderr: "err\n" };
}

function statOf(container: FakeContainer, path: string): string {
  const mode = container.spec.files.find((file) => file.path === path)?.mode ?? 0o644;
  return `${mode.toString(8)} ${container.stat(path)?.sizeBytes ?? 0}\n`;
}

function contextOf(backend: FakeBackend): ContractContext {
  const canConnect = (host: string, port: number): Promise<boolean> => {
    const bound = backend.containers.flatMap(({ spec, ports }) =>
      spec.ports.map(({ hostAddress, containerPort, protocol }) => ({
        address: hostAddress ?? backend.engine.publishAddress,
        hostPort: ports[`${containerPort}/${protocol}`],
      })),
    );
    return Promise.resolve(
      bound.some(({ address, hostPort }) => hostPort === port && (address === "0.0.0.0" || address === host)),
    );
  };
  return { backend, serviceImage: "service:1", absentImage: "absent:1", otherAddress: "192.0.2.1", canConnect };
}

test.for(backendContract.map((fact) => [fact.name, fact] as const))("%s", async ([, fact]) => {
  const backend = new FakeBackend({ images: { "service:1": service }, clock: quickClock });

  await fact.run(contextOf(backend));

  expect(backend.containers).toEqual([]);
  expect(backend.networks).toEqual([]);
});

/** A backend that is wrong in one way. */
class WrongBackend extends FakeBackend {
  override waitForExit(): Promise<number> {
    return Promise.resolve(0);
  }
}

test("a backend that is wrong is found out", async () => {
  const backend = new WrongBackend({ images: { "service:1": service }, clock: quickClock });
  const fact = backendContract.find(({ name }) => name.startsWith("the exit code is told"))!;

  await expect(fact.run(contextOf(backend))).rejects.toThrow("Expected values to be strictly equal");
});
