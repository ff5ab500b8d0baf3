import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { promisify } from "node:util";
import { messageOf } from "../errors/describe.ts";
import { isObject } from "../errors/is-object.ts";
import { UnsupportedError } from "../errors/unsupported-error.ts";
import { parseJson } from "../spec/parse-json.ts";

/** A network interface, as `ip -json -details link` tells of it. */
export interface NetworkInterface {
  /** Its name. */
  readonly ifname: string;
  /** Its number in its namespace. */
  readonly ifindex: number;
  /** The number of its other end, in whatever namespace that is. */
  readonly link_index?: number;
  /** For example `ether` or `loopback`. */
  readonly link_type: string;
  /** For example `veth`, for one end of a pair. */
  readonly linkinfo?: { readonly info_kind?: string };
}

/** What a network is looked at and changed with: `ip` and `tc` are of iproute2, `nsenter` of util-linux. */
export type NetworkProgram = "ip" | "nsenter" | "tc";

/** Where a system has the programs of its administrator; they need not be in the user's PATH. */
const directories = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

/** How long what is over the rate is queued before it is dropped. */
const QUEUE = "50ms";

/** The least that goes out at once, in bytes; more than the largest packet. */
const MIN_BURST_BYTES = 16_384;

/** Bits in a byte, times bursts in a second: the kernel's timers may be as coarse as ten milliseconds. */
const BITS_PER_BURST = 8 * 50;

const run = promisify(execFile);

/** Which network namespace is looked at, and why. */
export interface NetworkNamespaceOptions {
  /** Name of the service that this is for. */
  readonly service: string;
  /** The namespace, such as `/proc/1/ns/net`; this process's own when absent. */
  readonly path?: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal | undefined;
}

/** A network namespace, as the system's own programs show and change it. */
export class NetworkNamespace {
  readonly #options: NetworkNamespaceOptions;

  constructor(options: NetworkNamespaceOptions) {
    this.#options = options;
  }

  /** Its interfaces. */
  async interfaces(): Promise<readonly NetworkInterface[]> {
    return parseJson<readonly NetworkInterface[]>(await this.#run("ip", ["-json", "-details", "link", "show"]));
  }

  /** Lets no more than so much leave by an interface. Source: https://man7.org/linux/man-pages/man8/tc-tbf.8.html */
  async limit(name: string, bitsPerSecond: number): Promise<void> {
    const burstBytes = Math.max(MIN_BURST_BYTES, Math.ceil(bitsPerSecond / BITS_PER_BURST));
    const bucket = ["rate", `${bitsPerSecond}bit`, "burst", String(burstBytes), "latency", QUEUE];
    await this.#run("tc", ["qdisc", "replace", "dev", name, "root", "tbf", ...bucket]);
  }

  async #run(program: NetworkProgram, args: readonly string[]): Promise<string> {
    const { path, signal, service } = this.#options;
    const command = [await this.#existing(program), ...args];
    const entering = path === undefined ? [] : [await this.#existing("nsenter"), `--net=${path}`, "--"];
    const [file = program, ...rest] = [...entering, ...command];
    try {
      return (await run(file, rest, { signal, encoding: "utf8" })).stdout;
    } catch (error) {
      signal?.throwIfAborted();
      throw rateNotEnforced(service, `\`${[program, ...args].join(" ")}\` failed: ${complaintOf(error)}`, error);
    }
  }

  async #existing(program: NetworkProgram): Promise<string> {
    const path = await findProgram(program);
    if (path === undefined) throw rateNotEnforced(this.#options.service, `there is no \`${program}\``);
    return path;
  }
}

/** Where a program is; `undefined` when it is not there. */
export async function findProgram(program: NetworkProgram): Promise<string | undefined> {
  const paths = directories.map((directory) => `${directory}/${program}`);
  const isThere = await Promise.all(paths.map(isExecutable));
  return paths.find((_, index) => isThere[index]);
}

/** That the rate of a service's network cannot be limited, and why. */
export function rateNotEnforced(service: string, reason: string, cause?: unknown): UnsupportedError {
  return new UnsupportedError(`${service} cannot have \`limits.networkBitsPerSecond\`: ${reason}.`, cause);
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function complaintOf(error: unknown): string {
  const said = isObject(error) && "stderr" in error ? String(error.stderr).trim() : "";
  return said === "" ? messageOf(error) : said;
}
