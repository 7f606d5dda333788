/** One reason for a 400, as the product words it. */
export interface Violation {
  readonly path: string;
  readonly message: string;
  readonly parameterLocation: "HEADER" | "PATH" | "PAYLOAD_BODY" | "QUERY";
  readonly location: null;
}

export function bodyViolation(path: string, message: string): Violation {
  return { path, message, parameterLocation: "PAYLOAD_BODY", location: null };
}

export function queryViolation(path: string, message: string): Violation {
  return { path, message, parameterLocation: "QUERY", location: null };
}

export function pathViolation(path: string, message: string): Violation {
  return { path, message, parameterLocation: "PATH", location: null };
}

type HeaderMap = Readonly<Record<string, string>>;

export function jsonAnswer(body: unknown, status = 200, headers: HeaderMap = {}): Response {
  return rawAnswer(JSON.stringify(body), status, { "content-type": "application/json; charset=utf-8", ...headers });
}

export function textAnswer(body: string, status = 200, headers: HeaderMap = {}): Response {
  return rawAnswer(body, status, { "content-type": "text/plain; charset=utf-8", ...headers });
}

/** What a load balancer says when no node is behind it. */
export function htmlAnswer(status: number): Response {
  const title = status === 502 ? "502 Bad Gateway" : `${status} Service Temporarily Unavailable`;
  const body = `<html>\r\n<head><title>${title}</title></head>\r\n<body><center><h1>${title}</h1></center></body>\r\n</html>\r\n`;
  return rawAnswer(body, status, { "content-type": "text/html" });
}

export function emptyAnswer(status: number, headers: HeaderMap = {}): Response {
  return new Response(null, { status, headers });
}

export function rawAnswer(body: string | Uint8Array<ArrayBuffer>, status: number, headers: HeaderMap): Response {
  if (status === 204 || status === 304) return emptyAnswer(status, headers);
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  return new Response(body, { status, headers: { ...headers, "content-length": String(length) } });
}

/** The error envelope of the v2 APIs and of the environment API v1. */
export function errorAnswer(
  status: number,
  message: string,
  violations: readonly Violation[] = [],
  headers: HeaderMap = {},
): Response {
  const error =
    violations.length === 0 ? { code: status, message } : { code: status, message, constraintViolations: violations };
  return jsonAnswer({ error }, status, headers);
}

export function constraintsViolated(violations: readonly Violation[]): Response {
  return errorAnswer(400, "Constraints violated.", violations);
}
