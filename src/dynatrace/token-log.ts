import type { Log } from "../ports.ts";

/** What may be said of a token that was made. */
interface MadeToken {
  /** Its public id. */
  readonly token: string;
  readonly name: string;
  /** Where this run chose them. */
  readonly scopes?: readonly string[];
  /** How long it lives. */
  readonly minutes: number;
}

/** What the log has of the tokens on one cluster. The environment is null for a token of the cluster itself. */
interface TokenLog {
  made(environment: string | null, token: MadeToken): void;
  /** By its public id. */
  revoked(environment: string | null, token: string, name?: string): void;
}

export const tokenLog = (log: Log, cluster: string): TokenLog => ({
  made: (environment, token) =>
    log.info("token made", () => ({ cluster, environment: environment ?? undefined, ...token })),
  revoked: (environment, token, name) =>
    log.info("token revoked", () => ({ cluster, environment: environment ?? undefined, token, name })),
});
