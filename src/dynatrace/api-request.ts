/** One call of the API. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the origin, already encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | URLSearchParams;
  readonly body?: unknown;
  /** Blanks behind the body, to find out how long it may be. */
  readonly padding?: number;
  /** The body is `{ token }` with the token that the client itself uses, to ask the cluster about that. */
  readonly ownTokenAsBody?: boolean;
  /** Instead of the cluster token; null sends none. */
  readonly token?: string | null;
  /** Milliseconds for one attempt, with its body. */
  readonly timeout?: number;
  /** Aborted: the answer is not waited for or read any more. For reads alone. */
  readonly interrupt?: AbortSignal;
  /** Bytes of the answer's body after decompression; `bodyLimits.other` unless given, of a stream `bodyLimits.installer`. */
  readonly bodyLimit?: number;
  /** Statuses besides 2xx that the caller understands. */
  readonly accept?: readonly number[];
  /** A write that cleans up: the API defines it as repeatable, and an interrupt does not end its repeats. */
  readonly cleanup?: boolean;
  /** A write whose body holds nothing that was read before: it is repeated while it was certainly not carried out. */
  readonly independent?: boolean;
}

/** Whether the same call may be sent again without anybody having read again what it is about. */
export const isRepeatable = ({ method, cleanup, independent }: ApiRequest): boolean =>
  method === "GET" || cleanup === true || independent === true;
