import { BlockList, isIP } from "node:net";
import { usageError } from "../errors.ts";
import { isLoopback } from "../lib/loopback.ts";

/**
 * Terms: a *proxy* is a server that connections to a cluster are made through; the variables `HTTPS_PROXY`, `HTTP_PROXY`
 * and `NO_PROXY` of the environment say which and for whom, also in small letters, which come first.
 *
 * Premise: what leads to this machine never leaves it, whatever the variables say.
 *
 * Cases: `HTTPS_PROXY` counts for clusters, which are https; where it is not set, `HTTP_PROXY` does. A cluster that an entry
 * of `NO_PROXY` names is reached directly. An entry is a host or a domain with everything below it, with or without a dot
 * or `*.` before it; it may have a port. It may also be an address, a range such as `10.0.0.0/8`, or `*` for all.
 */
export interface HttpProxy {
  /** With the user and the password, if there are any: a secret. */
  readonly url: string;
  /** Host and port, for messages. */
  readonly place: string;
  /** The password as it was written, and as it is meant. */
  readonly secrets: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

const proxyVariables = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"];

/** The proxy for the origin of a cluster; null: it is reached directly. Throws DtsyncError for one that cannot be used. */
export function resolveProxy(origin: string, environment: Environment): HttpProxy | null {
  const { protocol, hostname, port } = new URL(origin);
  if (isLoopback(hostname)) return null;
  const variable = proxyVariables.find((name) => environment[name]);
  if (variable === undefined) return null;
  const target = { host: withoutBrackets(hostname), port: port || (protocol === "https:" ? "443" : "80") };
  const exceptions = (environment["no_proxy"] || environment["NO_PROXY"] || "").split(/[,\s]+/);
  if (exceptions.some((entry) => names(entry, target))) return null;
  return readProxy(variable, environment[variable] ?? "");
}

/** The value is in no message: it may hold a password. */
function readProxy(variable: string, value: string): HttpProxy {
  const text = value.includes("://") ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "") {
    throw usageError(
      `${variable} is not the address of a proxy`,
      "write it like http://proxy.example.com:3128; socks is not supported",
    );
  }
  return { url: url.href, place: url.host, secrets: url.password === "" ? [] : [url.password, decoded(url.password)] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Target {
  readonly host: string;
  readonly port: string;
}

const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** Whether an entry of NO_PROXY names the host. */
function names(entry: string, { host, port }: Target): boolean {
  if (entry === "*") return true;
  const [, named = entry, namedPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (namedPort !== undefined && namedPort !== port) return false;
  const name = withoutBrackets(named)
    .replace(/^\*?\./, "")
    .toLowerCase();
  if (name === "") return false;
  return host === name || (isIP(host) === 0 ? host.endsWith(`.${name}`) : isInRange(host, name));
}

function isInRange(address: string, range: string): boolean {
  const [base = "", length] = range.split("/");
  const family = isIP(base) === 6 ? "ipv6" : "ipv4";
  const bits = Number(length);
  if (
    length === undefined ||
    isIP(base) === 0 ||
    !Number.isInteger(bits) ||
    bits < 0 ||
    bits > (family === "ipv6" ? 128 : 32)
  )
    return false;
  const block = new BlockList();
  block.addSubnet(base, bits, family);
  return isIP(address) === isIP(base) && block.check(address, family);
}
