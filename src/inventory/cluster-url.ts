/** Why a text is not the origin of a cluster, or the origin without a trailing slash. The text is not repeated. */
export function readClusterUrl(text: string): { readonly url: string } | { readonly fault: string } {
  if (/[\s\\]/.test(text)) return { fault: "has a blank or backslash in it" };
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return { fault: "is not an address" };
  }
  if (url.username !== "" || url.password !== "") return { fault: "has a user or password in it" };
  if (url.protocol !== "https:" && url.protocol !== "http:") return { fault: "does not begin with https://" };
  if (url.pathname !== "/" || /[?#]/.test(text)) return { fault: "has more than scheme, host and port" };
  if (url.protocol === "http:" && !isLoopback(url.hostname)) {
    return { fault: "is http, which is for loopback addresses only" };
  }
  return { url: url.origin };
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
