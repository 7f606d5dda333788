import { isLoopback } from "./loopback.ts";

/** What names and addresses of hosts are made of, once a URL has them in small letters and Punycode. */
const hostPattern = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])$/;

/**
 * The origin of a cluster in its one form: scheme, host in small letters and Punycode, port where it is not the usual one.
 * Else why the text is none, and the origin that was probably meant. What could be a secret is not repeated.
 */
export function readOrigin(
  text: string,
): { readonly url: string } | { readonly reason: string; readonly meant: string | null } {
  if (/[\s\\]/.test(text)) return { reason: "has a blank or backslash in it", meant: null };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { reason: "is not an address", meant: null };
  }
  if (!hostPattern.test(url.hostname)) return { reason: "has a host with characters that no host has", meant: null };
  const meant = url.host === "" ? null : `${isLoopback(url.hostname) ? url.protocol : "https:"}//${url.host}`;
  if (url.username !== "" || url.password !== "") return { reason: "has a user or password in it", meant };
  if (url.protocol !== "https:" && url.protocol !== "http:") return { reason: "does not begin with https://", meant };
  if (url.pathname !== "/" || /[?#]/.test(text)) return { reason: "has more than scheme, host and port", meant };
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return { reason: "is http, which is for loopback addresses only", meant };
  }
  return { url: url.origin };
}

/** Host and port that an origin stands for; an IPv6 address without brackets. */
export function originPlace(origin: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(origin);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
}
