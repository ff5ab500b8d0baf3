import { parseJson } from "../../spec/parse-json.ts";
import type { EngineObjectKind, LabelledObject } from "../engine-caretaker.ts";
import type { EngineConnection } from "./engine-connection.ts";
import { filters } from "./filters.ts";

type Labels = Readonly<Record<string, string>> | null;

interface ContainerEntry {
  readonly Id: string;
  /** With a slash before each. */
  readonly Names: readonly string[];
  readonly Labels: Labels;
}

interface NetworkEntry {
  readonly Id: string;
  readonly Name: string;
  readonly Labels: Labels;
}

interface VolumeAnswer {
  /** Null when there is none. */
  readonly Volumes: readonly { readonly Name: string; readonly Labels: Labels }[] | null;
}

/** Everything in the engine that carries a label: containers first, then what they use. */
export async function labelledObjects(
  connection: EngineConnection,
  label: string,
  signal: AbortSignal,
): Promise<readonly LabelledObject[]> {
  const ask = async (path: string, all?: { readonly all: string }): Promise<string> =>
    connection.ask(
      { operation: `list ${label}`, method: "GET", path, query: { ...all, ...filters({ label: [label] }) } },
      signal,
    );
  const [containers, networks, volumes] = await Promise.all([
    ask("/containers/json", { all: "true" }),
    ask("/networks"),
    ask("/volumes"),
  ]);
  return [
    ...parseJson<readonly ContainerEntry[]>(containers).map(({ Id, Names, Labels }) =>
      found("container", Id, Names[0]?.slice(1) ?? Id, Labels),
    ),
    ...parseJson<readonly NetworkEntry[]>(networks).map(({ Id, Name, Labels }) => found("network", Id, Name, Labels)),
    ...(parseJson<VolumeAnswer>(volumes).Volumes ?? []).map(({ Name, Labels }) => found("volume", Name, Name, Labels)),
  ];
}

function found(kind: EngineObjectKind, id: string, name: string, labels: Labels): LabelledObject {
  return { kind, id, name, labels: { ...labels } };
}
