import { errorMessage } from "../errors.ts";
import type { Clock, Log } from "../ports.ts";
import type { ListedApiToken } from "./answers.ts";
import { ApiError, isStatus } from "./api-error.ts";
import type { Client } from "./client.ts";
import { createApiToken, deleteApiToken, listApiTokens } from "./environment-api.ts";
import {
  type CreatedToken,
  createClusterToken,
  createTokenManagementToken,
  deleteClusterToken,
  listClusterTokens,
} from "./token-api.ts";
import { tokenLog } from "./token-log.ts";
import { remakeWhenLost, renewedWhenRefused } from "./token-retries.ts";

/** Every token that dtsync makes begins with this, and only such are ever deleted. */
const tokenNamePrefix = "dtsync run ";

const runTokenMinutes = 60;
/** A run token is replaced early enough for what is made with it to be cleaned up with it. */
const runTokenUse = 45 * 60_000;
const managementTokenMinutes = 15;
const managementTokenUse = 12 * 60_000;
/** Of a token that does the work in an environment, and of one that only answers a question there. */
const workTokenLife = 60 * 60_000;
const readTokenLife = 15 * 60_000;
/** Milliseconds after which no token of a run is alive: an hour, and some minutes for clocks that differ. */
export const tokenLife = 65 * 60_000;

/** What tokens for the work in an environment can do, and the part of their names that says so. */
const workScopes = { InstallerDownload: "installer", "oneAgents.read": "hosts" } as const;

/** Downloading installers; reading which hosts the environment lists. */
export type WorkScope = keyof typeof workScopes;

/** What a token of an environment is made for. */
interface TokenWork {
  /** The part of its name that says so. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** Milliseconds that it lives. */
  readonly life: number;
  /** Whether what earlier runs left in the environment is removed on the occasion. */
  readonly tidies: boolean;
}

interface TokenChainOptions {
  /** Name of the cluster. */
  readonly cluster: string;
  readonly client: Client;
  readonly clock: Clock;
  /** Part of the names of this run's tokens. */
  readonly runId: string;
  /** Every secret goes here before it is used, so that no output can show it. */
  readonly conceal: (secret: string) => void;
  /** Told before a token is made and after it is gone, or was not made, so that the next run can clean up what is left. */
  readonly journal: { made(environment: string | null): Promise<void>; gone?(environment: string | null): void };
  /** Told of every token that is made, revoked or could not be, by its id. */
  readonly log: Log;
}

/**
 * The tokens of one run on one cluster: the standing token makes a run token that can only make token-management tokens,
 * one of these makes the token that does one kind of work in one environment, and all are revoked when they have served. One
 * that the cluster no longer takes, because somebody deleted it, is made once more.
 */
export interface TokenChain {
  /** Runs `use` with a token that can do this in the environment and nothing else, and revokes it afterwards. */
  withToken<T>(environment: string, scope: WorkScope, use: (token: string) => Promise<T>): Promise<T>;
  /**
   * Runs `use` with a token that has these scopes alone, for a question that takes some minutes at most. It costs three
   * requests: what earlier runs have left is not looked for.
   */
  withReadToken<T>(environment: string, scopes: readonly string[], use: (token: string) => Promise<T>): Promise<T>;
  /** Deletes every token that an earlier run left in the environment or, for null, on the cluster. */
  removeTokensOf(runId: string, environment: string | null): Promise<void>;
  close(): Promise<void>;
}

export function createTokenChain(options: TokenChainOptions): TokenChain {
  const { client, clock, runId, log } = options;
  const tokens = tokenLog(log, options.cluster);
  const name = `${tokenNamePrefix}${runId}`;
  let runToken: RunToken | null = null;
  let made = 0;
  const runTokens: string[] = [];
  /** Names of cluster tokens that may be there although no answer said so. */
  const unaccounted = new Set<string>();

  /** Each token has a name of its own, so that a lost one can be told from those in use. */
  function nextName(kind: string): string {
    made += 1;
    return `${name} ${kind} ${made}`;
  }

  async function makeRunToken(): Promise<string> {
    await options.journal.made(null);
    const tokenName = nextName("run");
    unaccounted.add(tokenName);
    const token = await remakeWhenLost(
      () =>
        createClusterToken(client, {
          name: tokenName,
          scopes: ["EnvironmentTokenManagement"],
          minutes: runTokenMinutes,
        }).catch((error) => {
          if (wasNotMade(error) && unaccounted.delete(tokenName)) options.journal.gone?.(null);
          throw error;
        }),
      () => removeClusterTokens((found) => found === tokenName),
      { clock },
    );
    unaccounted.delete(tokenName);
    options.conceal(token.secret);
    tokens.made(null, {
      token: token.id,
      name: tokenName,
      scopes: ["EnvironmentTokenManagement"],
      minutes: runTokenMinutes,
    });
    runTokens.push(token.id);
    return token.secret;
  }

  function currentRunToken(): RunToken {
    const now = clock.now().getTime();
    if (runToken !== null && now - runToken.madeAt <= runTokenUse) return runToken;
    const making: RunToken = { secret: makeRunToken(), madeAt: now };
    runToken = making;
    making.secret.catch(() => {
      // The next that needs one tries again.
      if (runToken === making) runToken = null;
    });
    return making;
  }

  async function managementToken(environment: string): Promise<ManagementToken> {
    let run = currentRunToken();
    let using = await run.secret;
    const make = async (): Promise<ManagementToken> => {
      const madeAt = clock.now().getTime();
      let tokenName = "";
      const token = await remakeWhenLost(
        () => {
          tokenName = nextName("management");
          return createTokenManagementToken(client, environment, {
            name: tokenName,
            minutes: managementTokenMinutes,
            with: using,
          });
        },
        // A lost one expires within its quarter of an hour: nothing could delete it but another of its kind.
        async () => undefined,
        { clock },
      );
      options.conceal(token.secret);
      tokens.made(environment, { token: token.id, name: tokenName, minutes: managementTokenMinutes });
      return { secret: token.secret, madeAt };
    };
    return renewedWhenRefused(make, async () => {
      // Work beside this may have made a new one already.
      if (runToken === run) runToken = null;
      run = currentRunToken();
      using = await run.secret;
    });
  }

  async function removeClusterTokens(matches: (tokenName: string) => boolean): Promise<void> {
    const left = (await listClusterTokens(client)).filter((token) => matches(token.name));
    for (const { id, name: tokenName } of left) {
      await deleteClusterToken(client, id);
      tokens.revoked(null, id, tokenName);
    }
  }

  async function removeEnvironmentTokens(
    environment: string,
    using: string,
    matches: (token: ListedApiToken) => boolean,
  ): Promise<void> {
    const left = (await listApiTokens(client, environment, using)).filter(matches);
    for (const { id, name: tokenName } of left) {
      try {
        await deleteApiToken(client, environment, id, using);
        tokens.revoked(environment, id, tokenName);
      } catch (error) {
        // The token in use is among those listed by name and cannot delete itself; it expires soon.
        if (!isStatus(error, 400)) throw error;
      }
    }
  }

  /**
   * Deletes what is older than any run uses a token: younger ones may be those of a run on another machine. Tidiness must not
   * be in the way of the work: what cannot be removed now expires.
   */
  async function removeLeftovers(environment: string, using: string): Promise<void> {
    const oldest = clock.now().getTime() - tokenLife;
    const isDead = ({ name: tokenName, created }: ListedApiToken) =>
      tokenName.startsWith(tokenNamePrefix) && created !== null && created < oldest;
    await removeEnvironmentTokens(environment, using, isDead).catch((error) => {
      log.warn(`tokens that earlier runs left in ${environment} could not be removed: ${errorMessage(error)}`);
    });
  }

  /** `note`: told before each try that a token may be left from now on, and after one that made none. */
  async function makeWorkToken(
    environment: string,
    work: TokenWork,
    using: string,
    note: (isLeft: boolean) => void,
  ): Promise<CreatedToken> {
    const { scopes, life } = work;
    const tokenName = nextName(work.name);
    const token = await remakeWhenLost(
      () => {
        note(true);
        const expires = new Date(clock.now().getTime() + life);
        return createApiToken(client, environment, { name: tokenName, scopes, expires, with: using }).catch((error) => {
          if (wasNotMade(error)) note(false);
          throw error;
        });
      },
      () => removeEnvironmentTokens(environment, using, (found) => found.name === tokenName),
      { clock },
    );
    options.conceal(token.secret);
    tokens.made(environment, { token: token.id, name: tokenName, scopes, minutes: life / 60_000 });
    return token;
  }

  async function withWorkToken<T>(
    environment: string,
    work: TokenWork,
    use: (token: string) => Promise<T>,
  ): Promise<T> {
    await options.journal.made(environment);
    let isLeft = false;
    const note = (maybe: boolean) => {
      isLeft = maybe;
    };
    try {
      return await withNotedToken(environment, work, use, note);
    } finally {
      if (!isLeft) options.journal.gone?.(environment);
    }
  }

  /** `note`: told whether a token may be left in the environment, whenever that changes. */
  async function withNotedToken<T>(
    environment: string,
    work: TokenWork,
    use: (token: string) => Promise<T>,
    note: (isLeft: boolean) => void,
  ): Promise<T> {
    let management = await managementToken(environment);
    if (work.tidies) await removeLeftovers(environment, management.secret);
    const renewManagement = async () => {
      management = await managementToken(environment);
    };
    const revoke = async (token: CreatedToken) => {
      try {
        if (clock.now().getTime() - management.madeAt > managementTokenUse) await renewManagement();
        const remove = () => deleteApiToken(client, environment, token.id, management.secret);
        await renewedWhenRefused(remove, renewManagement);
        note(false);
        tokens.revoked(environment, token.id);
      } catch (error) {
        log.warn(
          `the token ${token.id} of ${environment} could not be revoked and expires within the hour: ${errorMessage(error)}`,
        );
      }
    };
    const once = async () => {
      const token = await renewedWhenRefused(
        () => makeWorkToken(environment, work, management.secret, note),
        renewManagement,
      );
      try {
        return await use(token.secret);
      } finally {
        await revoke(token);
      }
    };
    return renewedWhenRefused(once, () => undefined);
  }

  return {
    withToken: (environment, scope, use) =>
      withWorkToken(environment, { name: workScopes[scope], scopes: [scope], life: workTokenLife, tidies: true }, use),
    withReadToken: (environment, scopes, use) =>
      withWorkToken(environment, { name: "read", scopes, life: readTokenLife, tidies: false }, use),
    async removeTokensOf(otherRun, environment) {
      const otherName = `${tokenNamePrefix}${otherRun}`;
      const matches = (tokenName: string) => tokenName === otherName || tokenName.startsWith(`${otherName} `);
      if (environment === null) return removeClusterTokens(matches);
      let management: { readonly secret: string };
      try {
        management = await managementToken(environment);
      } catch (error) {
        // The environment is gone, and its tokens with it.
        if (isStatus(error, 404)) return;
        throw error;
      }
      await removeEnvironmentTokens(environment, management.secret, (token) => matches(token.name));
    },
    async close() {
      await runToken?.secret.catch(() => undefined);
      runToken = null;
      for (const id of runTokens.splice(0)) {
        try {
          await deleteClusterToken(client, id);
          tokens.revoked(null, id);
          options.journal.gone?.(null);
        } catch (error) {
          log.warn(
            `the token ${id} of the cluster could not be revoked and expires within the hour: ${errorMessage(error)}`,
          );
        }
      }
      if (unaccounted.size === 0) return;
      try {
        await removeClusterTokens((tokenName) => unaccounted.has(tokenName));
        for (const tokenName of unaccounted) if (unaccounted.delete(tokenName)) options.journal.gone?.(null);
      } catch (error) {
        log.warn(`a token of this run may be left on the cluster and expires within the hour: ${errorMessage(error)}`);
      }
    },
  };
}

/** Whether the cluster has answered that it made no token. */
const wasNotMade = (error: unknown): boolean => error instanceof ApiError && error.details.effect !== "unknown";

interface ManagementToken {
  readonly secret: string;
  /** Unix milliseconds. */
  readonly madeAt: number;
}

interface RunToken {
  readonly secret: Promise<string>;
  /** Unix milliseconds. */
  readonly madeAt: number;
}
