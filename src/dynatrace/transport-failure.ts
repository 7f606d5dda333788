const certificateCodes = [
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "ERR_TLS_CERT_ALTNAME_INVALID",
];

/** Codes of failures that happen before anything of the request has reached the server. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  ...certificateCodes,
]);

/** Codes of a transport that was closed, because nobody needs its answers any more: another try would wait for nothing. */
const closedCodes = ["UND_ERR_DESTROYED", "UND_ERR_CLOSED"];

const certificateHint =
  "declare the authority that signed the cluster's certificate with `ca`, or correct the url if another server answers there";

const explanations: Readonly<Record<string, readonly [text: string, hint?: string]>> = {
  ECONNREFUSED: ["connection refused", "check the url and that the cluster is running"],
  ENOTFOUND: ["the host name is not known", "check the url for a typing mistake"],
  EAI_AGAIN: ["the host name could not be looked up", "check the name service of this machine"],
  EHOSTUNREACH: ["no route to the host", "check the network between this machine and the cluster"],
  ENETUNREACH: ["no route to the network", "check the network between this machine and the cluster"],
  UND_ERR_CONNECT_TIMEOUT: ["no connection within 10 s", "check the url and any firewall between"],
  ECONNRESET: ["the connection was cut"],
  EPIPE: ["the connection was cut"],
  UND_ERR_SOCKET: ["the connection was cut"],
  UND_ERR_HEADERS_TIMEOUT: ["no answer in time"],
  UND_ERR_BODY_TIMEOUT: ["the answer stopped half-way"],
  CERT_HAS_EXPIRED: ["the certificate of the cluster has expired", "have the certificate renewed"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["the certificate is self-signed and not trusted", certificateHint],
  SELF_SIGNED_CERT_IN_CHAIN: ["the certificate chain is not trusted", certificateHint],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["the certificate is not trusted", certificateHint],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["the certificate is not trusted", certificateHint],
  ERR_TLS_CERT_ALTNAME_INVALID: ["the certificate belongs to another name", certificateHint],
};

/** A request that was to go through a proxy and got no answer; the cause is undici's error. */
export class ProxyFailure extends Error {
  /** Host and port of the proxy. */
  readonly place: string;

  constructor(place: string, cause: unknown) {
    super("the request failed", { cause });
    this.name = "ProxyFailure";
    this.place = place;
  }
}

const proxyHint =
  "check the proxy that HTTPS_PROXY or HTTP_PROXY names, or name the cluster in NO_PROXY if it is reached without one";

interface TransportFailure {
  readonly text: string;
  /** `certificate`, `proxy`: a repeat would fail in the same way. */
  readonly code: "network" | "timeout" | "interrupted" | "certificate" | "proxy";
  /** False when nothing of the request can have reached the server. */
  readonly sent: boolean;
  readonly hint: string | undefined;
}

/** What a rejected fetch means. undici wraps the system's error as `cause`; the innermost code tells most. */
export function describeTransportFailure(error: unknown): TransportFailure {
  return error instanceof ProxyFailure ? describeProxyFailure(error) : describeFailure(error);
}

/** Behind a proxy it is the proxy that cannot be connected to, or that refuses to lead on. */
function describeProxyFailure({ place, cause }: ProxyFailure): TransportFailure {
  const [, status] = causes(cause).flatMap((one) => /^Proxy response \((\d+)\)/.exec(lastMessage([one])) ?? []);
  if (status !== undefined) {
    const text = `the proxy ${place} does not lead there (status ${status})`;
    // The request of the client itself is at fault: asking once more would be refused once more.
    const code = status.startsWith("4") ? "proxy" : "network";
    return { text, code, sent: false, hint: proxyHint };
  }
  const failure = describeFailure(cause);
  if (failure.sent || failure.code !== "network") return failure;
  return { ...failure, text: `the proxy ${place}: ${failure.text}`, hint: proxyHint };
}

function describeFailure(error: unknown): TransportFailure {
  const chain = causes(error);
  if (chain.some((cause) => cause instanceof Error && cause.name === "TimeoutError")) {
    return {
      text: "no answer in time",
      code: "timeout",
      sent: true,
      hint: "the cluster is slow or overloaded: try again later",
    };
  }
  const codes = chain
    .map((cause) => (cause instanceof Error && "code" in cause ? String(cause.code) : ""))
    .filter(Boolean);
  const isAborted = chain.some((cause) => cause instanceof Error && cause.name === "AbortError");
  if (isAborted || codes.some((found) => closedCodes.includes(found))) {
    return { text: "interrupted", code: "interrupted", sent: true, hint: undefined };
  }
  const known = codes.find((code) => code in explanations);
  const [text, hint] = known ? (explanations[known] ?? [known]) : [lastMessage(chain)];
  const code = codes.some((found) => certificateCodes.includes(found)) ? "certificate" : "network";
  return { text, code, sent: !codes.some((found) => beforeSending.has(found)), hint };
}

function causes(error: unknown): readonly unknown[] {
  const chain: unknown[] = [];
  for (let current = error; current !== undefined && current !== null && chain.length < 8; ) {
    chain.push(current);
    if (current instanceof AggregateError) chain.push(...current.errors);
    current = current instanceof Error ? current.cause : undefined;
  }
  return chain;
}

function lastMessage(chain: readonly unknown[]): string {
  const last = chain.findLast((cause) => cause instanceof Error);
  return last instanceof Error && last.message !== "" ? last.message : "the request failed";
}
