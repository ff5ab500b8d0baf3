import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";

import { SetupError } from "../system/setup-error.mjs";

/**
 * @typedef {object} Call
 * @property {string} method
 * @property {string} path
 * @property {Record<string, string>} [query]
 * @property {Buffer | import("node:stream").Readable} [body] - A tar archive.
 * @property {number} [silenceMs] - Gives up after so long without a byte. Default: 30 s.
 */

const DEFAULT_SILENCE_MS = 30_000;

/** A Docker engine, spoken to over its own HTTP interface: the `docker` command need not be installed. */
export class Engine {
  /** @type {string} */
  url;
  #connection;

  /**
   * @param {string} url - As in DOCKER_HOST.
   * @param {NodeJS.ProcessEnv} [env] - For the certificates of a remote engine.
   */
  constructor(url, env = process.env) {
    this.url = url;
    this.#connection = connectionTo(url, env);
  }

  /**
   * Whether an engine answers.
   *
   * @throws What the connection failed with.
   */
  async ping() {
    const response = await this.#send({ method: "GET", path: "/_ping", silenceMs: 5_000 });
    await text(response);
    return response.statusCode === 200;
  }

  /**
   * What the engine knows about an image.
   *
   * @param {string} reference
   * @returns {Promise<{ Config: { Labels: Record<string, string> | null } } | undefined>} Undefined when it is not there.
   */
  async inspectImage(reference) {
    const response = await this.#send({ method: "GET", path: `/images/${encodeURI(reference)}/json` });
    const body = await text(response);
    return response.statusCode === 200 ? JSON.parse(body) : undefined;
  }

  /**
   * Makes a call that reports its progress as lines of JSON: build, pull, import.
   *
   * @param {Call} call
   * @throws {SetupError} With the end of what it said, when it failed.
   */
  async perform(call) {
    const response = await this.#send(call);
    let log = "";
    try {
      for await (const line of createInterface({ input: response })) {
        const message = parseProgress(line);
        log += message.text;
        if (message.failure !== undefined) throw new SetupError(`${message.failure}\n${tail(log)}`.trim());
      }
    } finally {
      response.destroy(); // Half-read, it would keep the process alive.
    }
    if (response.statusCode !== 200) throw new SetupError(tail(log));
  }

  /**
   * @param {Call} call
   * @returns {Promise<import("node:http").IncomingMessage>}
   */
  #send({ method, path, query = {}, body, silenceMs = DEFAULT_SILENCE_MS }) {
    const { request, ...target } = this.#connection;
    const search = new URLSearchParams(query).toString();
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { "Content-Type": "application/x-tar" };
      const outgoing = request({ ...target, method, path: search ? `${path}?${search}` : path, headers }, resolve);
      outgoing.setTimeout(silenceMs, () => {
        outgoing.destroy(new SetupError(`the Docker engine at ${this.url} was silent for ${silenceMs} ms`));
      });
      outgoing.once("error", reject);
      if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
      else pipeline(body, outgoing).catch(reject);
    });
  }
}

/**
 * @param {string} url
 * @param {NodeJS.ProcessEnv} env
 */
function connectionTo(url, env) {
  const pipe = /^(?:unix|npipe):\/\/(.+)$/.exec(url)?.[1];
  if (pipe !== undefined) return { request: httpRequest, socketPath: pipe };
  if (!/^(tcp|https?):\/\//.test(url)) {
    throw new SetupError(`these scripts cannot reach a Docker engine through ${url}; use unix://, npipe:// or tcp://`);
  }
  const { hostname, port } = new URL(url.replace(/^tcp:/, "http:"));
  if (!env.DOCKER_TLS_VERIFY && !url.startsWith("https:")) {
    return { request: httpRequest, host: hostname, port: port || "2375" };
  }
  return {
    request: httpsRequest,
    host: hostname,
    port: port || "2376",
    ...certificates(env.DOCKER_CERT_PATH),
  };
}

/** @param {string | undefined} directory */
function certificates(directory) {
  if (!directory) return {};
  const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(directory, name)));
  return { ca, cert, key };
}

/** @param {string} line */
function parseProgress(line) {
  try {
    const { stream, status, error, message } = JSON.parse(line);
    return { text: stream ?? (status ? `${status}\n` : ""), failure: error ?? message };
  } catch {
    return { text: `${line}\n`, failure: undefined };
  }
}

/** @param {string} log */
function tail(log) {
  return log.trimEnd().split("\n").slice(-40).join("\n");
}
