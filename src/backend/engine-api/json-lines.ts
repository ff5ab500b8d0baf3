import { parseJson } from "../../spec/parse-json.ts";

/** Every value of a stream that has a JSON text on each line, as it arrives. */
export async function* jsonLines<T>(stream: NodeJS.ReadableStream): AsyncGenerator<T> {
  let rest = "";
  stream.setEncoding("utf8");
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield parseJson<T>(line);
  }
}
