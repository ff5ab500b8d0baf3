import { Agent, request } from "node:http";
import { json } from "node:stream/consumers";

/** What the list of containers says of each. */
export interface ListedContainer {
  readonly Id: string;
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress: string }>> };
}

/** An answer of the engine. */
interface Answer {
  readonly body: unknown;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** The least that speaks the Engine API: what the raw side of a comparison uses. Dispose it to close its connections. */
export class Engine implements Disposable {
  readonly #address = addressOf(process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock");
  readonly #agent = new Agent({ keepAlive: true });

  /** Makes a container and returns its id. The caller removes it. */
  async createContainer(body: Readonly<Record<string, unknown>>): Promise<string> {
    return ((await this.#call("POST", "/containers/create", body)).body as { Id: string }).Id;
  }

  /** Starts a container. */
  async startContainer(id: string): Promise<void> {
    await this.#call("POST", `/containers/${id}/start`);
  }

  /** Host port of a published port, given as `6379/tcp`. */
  async publishedPort(id: string, port: string): Promise<number> {
    const { body } = await this.#call("GET", `/containers/${id}/json`);
    const { NetworkSettings } = body as { NetworkSettings: { Ports: Record<string, { HostPort: string }[]> } };
    return Number(NetworkSettings.Ports[port]?.[0]?.HostPort);
  }

  /** Kills and removes a container; one that is gone already is fine. */
  async removeContainer(id: string): Promise<void> {
    await this.#call("DELETE", `/containers/${id}?force=1&v=1`, undefined, [404, 409]);
  }

  /** The containers, running or not, that bear all of `labels`. */
  async listContainers(labels: Readonly<Record<string, string>>): Promise<readonly ListedContainer[]> {
    const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const { body } = await this.#call(
      "GET",
      `/containers/json?all=1&filters=${encodeURIComponent(JSON.stringify({ label }))}`,
    );
    return body as ListedContainer[];
  }

  /** The images that bear all of `labels`, and whether they have a name. */
  async listImages(
    labels: Readonly<Record<string, string>>,
  ): Promise<readonly { readonly Id: string; readonly isNamed: boolean }[]> {
    const label = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
    const { body } = await this.#call("GET", `/images/json?filters=${encodeURIComponent(JSON.stringify({ label }))}`);
    const images = body as readonly { readonly Id: string; readonly RepoTags: readonly string[] | null }[];
    return images.map(({ Id, RepoTags }) => ({
      Id,
      isNamed: RepoTags?.some((name) => name.startsWith("cleanroom-warm:")) === true,
    }));
  }

  /** Removes an image; one that is gone already is fine. */
  async removeImage(id: string): Promise<void> {
    await this.#call("DELETE", `/images/${id}?force=1`, undefined, [404]);
  }

  /** When the file at `path` was last changed, in milliseconds since the epoch. */
  async modifiedAtMs(id: string, path: string): Promise<number> {
    const { headers } = await this.#call("HEAD", `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
    const stat = Buffer.from(String(headers["x-docker-container-path-stat"]), "base64").toString();
    return parsePreciseDate((JSON.parse(stat) as { mtime: string }).mtime);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #call(method: string, path: string, body?: unknown, tolerated: readonly number[] = []): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { "Content-Type": "application/json" };
    const call = request({ ...this.#address, path, method, headers, agent: this.#agent });
    call.once("error", reject);
    call.once("response", (response) => {
      const { statusCode = 0 } = response;
      const isGood = statusCode < 400 || tolerated.includes(statusCode);
      const hasBody =
        isGood && String(response.headers["content-type"]).startsWith("application/json") && method !== "HEAD";
      if (!hasBody) response.resume();
      const content: Promise<unknown> = hasBody ? json(response) : Promise.resolve(undefined);
      if (isGood) content.then((answered) => resolve({ body: answered, headers: response.headers }), reject);
      else reject(new Error(`${method} ${path}: the engine says ${statusCode}`));
    });
    call.end(payload);
    return promise;
  }
}

function addressOf(endpoint: string): { socketPath: string } | { host: string; port: string } {
  const { protocol, pathname, hostname, port } = new URL(endpoint);
  return protocol === "unix:" ? { socketPath: pathname } : { host: hostname, port };
}

/** Reads an RFC 3339 date; unlike `Date.parse` it keeps what is below a millisecond. */
function parsePreciseDate(text: string): number {
  const fraction = /\.(\d+)/.exec(text)?.[0] ?? "";
  return Date.parse(text.replace(fraction, "")) + Number(`0${fraction}`) * 1000;
}
