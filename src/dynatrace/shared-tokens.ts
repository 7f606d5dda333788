import type { Clock } from "../ports.ts";
import { isStatus } from "./api-error.ts";
import type { TokenChain, WorkScope } from "./token-chain.ts";
import { renewedWhenRefused } from "./token-retries.ts";

/** Tokens that many pieces of work use at once, one for each environment and scope. */
export interface SharedTokens {
  /** Runs `use` with a token that others may be using, too. It lives for half an hour at least. */
  withToken<T>(environment: string, scope: WorkScope, use: (token: string) => Promise<T>): Promise<T>;
  /** Revokes the tokens that nobody has used for a moment. Nobody may use one any more. */
  close(): Promise<void>;
}

/** A token lives an hour, and whoever gets one can count on half of it. */
const handedOutFor = 30 * 60_000;
/** The hosts of a wave follow each other: a token that nobody uses right now is soon wanted again. */
const keptUnused = 10_000;

interface SharedToken {
  readonly secret: Promise<string>;
  readonly madeAt: number;
  /** Settled when the token is revoked. */
  readonly gone: Promise<void>;
  users: number;
  /** Nobody gets it any more. */
  retired: boolean;
  /** Ends the wait for another user. */
  pause: AbortController | null;
  readonly revoke: () => void;
}

/**
 * Each token is made by the chain, which revokes it and knows what to do where it cannot. After a failure that the token may
 * be the reason for, the next one gets another.
 */
export function shareTokens(
  chain: Pick<TokenChain, "withToken">,
  clock: Clock,
  mayBeRefused: (failure: unknown) => boolean,
): SharedTokens {
  const current = new Map<string, SharedToken>();
  const all = new Set<SharedToken>();

  function make(environment: string, scope: WorkScope): SharedToken {
    const handed = deferred<string>();
    const over = deferred<void>();
    const gone = chain
      .withToken(environment, scope, async (secret) => {
        handed.resolve(secret);
        await over.promise;
      })
      .catch(handed.reject);
    const token: SharedToken = {
      secret: handed.promise,
      madeAt: clock.now().getTime(),
      gone,
      users: 0,
      retired: false,
      pause: null,
      revoke: () => over.resolve(),
    };
    all.add(token);
    void gone.then(() => all.delete(token));
    return token;
  }

  function retire(key: string, token: SharedToken): void {
    token.retired = true;
    if (current.get(key) === token) current.delete(key);
    if (token.users === 0) token.revoke();
  }

  function begin(key: string, environment: string, scope: WorkScope): SharedToken {
    const token = make(environment, scope);
    // Where it could not be made, the next user asks for another one.
    token.secret.catch(() => retire(key, token));
    return token;
  }

  function join(key: string, environment: string, scope: WorkScope): SharedToken {
    const found = current.get(key);
    if (found !== undefined && clock.now().getTime() - found.madeAt > handedOutFor) retire(key, found);
    const token = current.get(key) ?? begin(key, environment, scope);
    current.set(key, token);
    token.users += 1;
    token.pause?.abort();
    return token;
  }

  function leave(key: string, token: SharedToken): void {
    token.users -= 1;
    if (token.users > 0) return;
    if (token.retired) {
      token.revoke();
      return;
    }
    const pause = new AbortController();
    token.pause = pause;
    clock.sleep(keptUnused, pause.signal).then(
      () => retire(key, token),
      // Somebody came.
      () => undefined,
    );
  }

  return {
    withToken(environment, scope, use) {
      const key = `${scope} ${environment}`;
      let token: SharedToken;
      const once = async () => {
        token = join(key, environment, scope);
        try {
          return await use(await token.secret);
        } catch (error) {
          if (isStatus(error, 401) || mayBeRefused(error)) retire(key, token);
          throw error;
        } finally {
          leave(key, token);
        }
      };
      return renewedWhenRefused(once, () => undefined);
    },
    async close() {
      const left = [...all];
      current.clear();
      for (const token of left) {
        token.pause?.abort();
        token.revoke();
      }
      await Promise.all(left.map(({ gone }) => gone));
    },
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  // Who waits for it is told; nobody may be waiting yet.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
