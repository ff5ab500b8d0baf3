import { expect, test } from "vitest";
import { withEnvironmentScript } from "../../../../src/backend/testcontainers/with-environment-script.ts";
import type { ContainerSpec } from "../../../../src/index.ts";
import { specWith } from "../../support/specs.ts";

const shell = ["/bin/sh", "-c", '. "$0" && exec "$@"', "/script"];

/** What is run, of a description and an image. */
function processOf(
  spec: Pick<ContainerSpec, "entrypoint" | "command">,
  image: Parameters<typeof withEnvironmentScript>[2],
): unknown {
  const { entrypoint, command } = withEnvironmentScript(specWith(spec), "/script", image);
  return [entrypoint, command];
}

test("what is run is what the engine would have run, behind a shell", () => {
  const image = { Entrypoint: ["/entry"], Cmd: ["serve"] };

  expect(processOf({}, image)).toEqual([[...shell, "/entry"], ["serve"]]);
  expect(processOf({ command: ["migrate"] }, image)).toEqual([[...shell, "/entry"], ["migrate"]]);
  expect(processOf({ entrypoint: ["/own"] }, image)).toEqual([[...shell, "/own"], []]);
  expect(processOf({ entrypoint: [], command: ["own"] }, image)).toEqual([shell, ["own"]]);
  expect(processOf({}, { Entrypoint: null, Cmd: ["serve"] })).toEqual([shell, ["serve"]]);
  expect(processOf({}, { Entrypoint: "/entry", Cmd: null })).toEqual([[...shell, "/entry"], []]);
});
