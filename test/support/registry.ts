import { randomBytes, randomUUID } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { pack } from "tar-stream";
import { ask, send } from "./engine-call.ts";
import { followLogs, inspectExisting, inspectImage, removeContainer, removeImage, runForeign } from "./engine.ts";

/** A request that a registry answered. */
export interface RegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

/** What to publish. */
export interface PublishOptions {
  /**
   * Size of a layer that no other image has, in bytes.
   * @default 0; then it has none
   */
  readonly payloadBytes?: number;
  /**
   * What it is for, for example `linux/arm64`. Its program is this machine's all the same.
   * @default the engine's own
   */
  readonly platform?: string;
}

/** Who may pull from and push to a registry that asks for an account. */
const account: { readonly username: string; readonly password: string } = {
  username: "tester",
  password: "correct horse",
};

/** That account as a line of an htpasswd file. */
const ACCOUNT_LINE = `${account.username}:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2`;

const IMAGE = "cleanroom-test/registry:2";
const PORT = "5000/tcp";
const BLOBS = "/var/lib/docker-registry/docker/registry/v2/blobs/sha256";

/** Its log has a line like `… "GET /v2/team/app/manifests/1 HTTP/1.1" 200 …` for each request. */
const ACCESS = /"([A-Z]+) (\/\S*) HTTP\/[\d.]+" (\d{3})/;

/** A real registry on this machine's loopback, which engines take without encryption. Dispose it, and its images go as well. */
export class Registry implements AsyncDisposable {
  /** Where it is, as it stands in an image's name: `127.0.0.1:32768`. */
  readonly host: string;
  readonly #id: string;
  readonly #needsAccount: boolean;
  readonly #requests: RegistryRequest[] = [];
  readonly #awaited = new Map<string, () => void>();

  private constructor(id: string, host: string, needsAccount: boolean) {
    this.#id = id;
    this.host = host;
    this.#needsAccount = needsAccount;
  }

  /** Starts one. `needsAccount`: it refuses everybody but `account`. */
  static async start({ needsAccount = false }: { readonly needsAccount?: boolean } = {}): Promise<Registry> {
    const { Id } = await runForeign({
      Image: IMAGE,
      Tty: true, // Its log is then plain text.
      Env: needsAccount ? [`ACCOUNTS=${ACCOUNT_LINE}`] : [],
      HostConfig: { AutoRemove: true, PortBindings: { [PORT]: [{ HostIp: "127.0.0.1", HostPort: "" }] } },
    });
    const { NetworkSettings } = await inspectExisting(Id);
    const registry = new Registry(Id, `127.0.0.1:${NetworkSettings.Ports[PORT]?.[0]?.HostPort ?? ""}`, needsAccount);
    await registry.#followLog();
    return registry;
  }

  /**
   * Makes an image that serves on port 8080, publishes it as `name` (`team/app:1`), and takes it from the engine again. Every
   * call makes another one. Returns how to name it, and its digest.
   */
  async publish(
    name: string,
    { payloadBytes = 0, platform }: PublishOptions = {},
  ): Promise<{ readonly image: string; readonly digest: string }> {
    const image = `${this.host}/${name}`;
    const steps = [
      "FROM cleanroom-test/scratch:1",
      `LABEL made=${randomUUID()}`,
      ...(payloadBytes > 0 ? ["COPY payload /"] : []),
    ];
    const archive = pack();
    archive.entry({ name: "Dockerfile" }, steps.join("\n"));
    if (payloadBytes > 0) archive.entry({ name: "payload" }, randomBytes(payloadBytes));
    archive.finalize();
    const query = new URLSearchParams({ t: image, rm: "1", forcerm: "1", ...(platform !== undefined && { platform }) });
    await this.#work(`/build?${query.toString()}`, await buffer(archive));
    await this.push(image);
    const digest = (await inspectImage(image))?.RepoDigests[0]?.split("@")[1] ?? "";
    await removeImage(image);
    return { image, digest };
  }

  /** Publishes an image that the engine has under this name, which begins with `host`. */
  async push(image: string): Promise<void> {
    const [, name = "", tag = ""] = /^(.*):([^:]+)$/.exec(image) ?? [];
    await this.#work(`/images/${name}/push?tag=${tag}`);
  }

  /** Every request so far that it has answered. */
  async requests(): Promise<readonly RegistryRequest[]> {
    // Once its log has this one, it has all that were answered before.
    const marker = `/marker-${randomUUID()}`;
    const logged = Promise.withResolvers<undefined>();
    this.#awaited.set(marker, () => {
      logged.resolve(undefined);
    });
    await fetch(`http://${this.host}${marker}`);
    await logged.promise;
    return this.#requests.filter(({ path }) => !path.startsWith("/marker-"));
  }

  /** How often somebody fetched the manifest of an image of this repository (`team/app`), whether by tag or by digest. */
  async manifestFetches(repository: string): Promise<number> {
    const requests = await this.requests();
    return requests.filter(({ method, path }) => method === "GET" && path.startsWith(`/v2/${repository}/manifests/`))
      .length;
  }

  /** Spoils the last layer of an image that was published as `name`: what it sends is not what the digest says. */
  async spoil(name: string): Promise<void> {
    const [repository = "", tag = ""] = name.split(":");
    const manifest = await this.manifest(repository, tag);
    const layer = manifest.layers.at(-1);
    if (layer === undefined) throw new Error(`${name} has no layer.`);
    const digest = layer.digest.replace("sha256:", "");
    const archive = pack();
    archive.entry({ name: "data" }, randomBytes(layer.size));
    archive.finalize();
    const path = encodeURIComponent(`${BLOBS}/${digest.slice(0, 2)}/${digest}`);
    await send("PUT", `/containers/${this.#id}/archive?path=${path}`, await buffer(archive));
  }

  /** The manifest of an image. */
  async manifest(
    repository: string,
    tag: string,
  ): Promise<{ readonly layers: readonly { readonly digest: string; readonly size: number }[] }> {
    const Accept = "application/vnd.docker.distribution.manifest.v2+json";
    const answer = await fetch(`http://${this.host}/v2/${repository}/manifests/${tag}`, {
      headers: { Accept, ...this.#authorization() },
    });
    return (await answer.json()) as Awaited<ReturnType<Registry["manifest"]>>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const isOurs = (name: string): boolean => name.startsWith(`${this.host}/`);
    const images = await ask<
      readonly { readonly RepoTags: readonly string[] | null; readonly RepoDigests: readonly string[] | null }[]
    >("GET", "/images/json");
    const names = images.flatMap(({ RepoTags, RepoDigests }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]);
    for (const name of names.filter(isOurs)) await removeImage(name);
    await removeContainer(this.#id);
  }

  /** Resolves once it listens. */
  async #followLog(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    followLogs(this.#id, (line) => {
      if (line.includes("listening on")) resolve(undefined);
      const [, method = "", path = "", status = ""] = ACCESS.exec(line) ?? [];
      if (method === "") return;
      this.#requests.push({ method, path, status: Number(status) });
      this.#awaited.get(path)?.();
    });
    await promise;
  }

  /** A call that tells of its failure in a line of its answer. */
  async #work(path: string, archive?: Buffer): Promise<void> {
    // The engine wants it padded, which `base64url` is not.
    const auth = Buffer.from(JSON.stringify(account)).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    const answer = await send("POST", path, archive, { "X-Registry-Auth": auth });
    if (answer.status !== 200 || answer.body.includes('"errorDetail"')) {
      throw new Error(`POST ${path} was answered ${answer.status}: ${answer.body}`);
    }
  }

  #authorization(): Readonly<Record<string, string>> {
    if (!this.#needsAccount) return {};
    const credentials = Buffer.from(`${account.username}:${account.password}`).toString("base64");
    return { Authorization: `Basic ${credentials}` };
  }
}
