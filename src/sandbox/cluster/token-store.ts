import type { Random } from "./random.ts";
import type { TokenRecord } from "./snapshot.ts";

interface NewToken {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly owner: string;
  readonly environment: string | null;
  readonly expires: number | null;
}

/** All tokens of a cluster and of its environments, by secret and by id. */
export interface TokenStore {
  readonly bySecret: (secret: string) => TokenRecord | undefined;
  /** A token of that environment, or of the cluster where `environment` is null. */
  readonly byId: (environment: string | null, id: string) => TokenRecord | undefined;
  readonly of: (environment: string | null) => readonly TokenRecord[];
  readonly all: () => readonly TokenRecord[];
  readonly create: (token: NewToken, now: number) => TokenRecord;
  readonly put: (token: TokenRecord) => void;
  readonly remove: (token: TokenRecord) => void;
  readonly removeEnvironment: (environment: string) => void;
}

export function createTokenStore(random: Random, tokens: readonly TokenRecord[]): TokenStore {
  const secrets = new Map<string, TokenRecord>();
  const realms = new Map<string | null, Map<string, TokenRecord>>();
  const put = (token: TokenRecord): void => {
    secrets.set(token.token, token);
    const realm = realms.get(token.environment) ?? new Map<string, TokenRecord>();
    realm.set(token.id, token);
    realms.set(token.environment, realm);
  };
  for (const token of tokens) put(token);
  const remove = (token: TokenRecord): void => {
    secrets.delete(token.token);
    realms.get(token.environment)?.delete(token.id);
  };
  return {
    bySecret: (secret) => secrets.get(secret),
    byId: (environment, id) => realms.get(environment)?.get(id),
    of: (environment) => [...(realms.get(environment)?.values() ?? [])],
    all: () => [...secrets.values()],
    create: (token, now) => {
      const made: TokenRecord = {
        ...random.accessToken(),
        ...token,
        revoked: false,
        created: now,
        modified: now,
        lastUse: null,
      };
      put(made);
      return made;
    },
    put,
    remove,
    removeEnvironment: (environment) => {
      for (const token of realms.get(environment)?.values() ?? []) secrets.delete(token.token);
      realms.delete(environment);
    },
  };
}

/** Whether a token still opens anything. */
export function isValid(token: TokenRecord, now: number): boolean {
  return !token.revoked && (token.expires === null || token.expires > now);
}
