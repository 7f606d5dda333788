import { ApiError, isStatus } from "../dynatrace/api-error.ts";
import { type AnsweredPage, askEnvironment } from "../dynatrace/ask-environment.ts";
import type { EnvironmentQuestion } from "../dynatrace/environment-question.ts";
import { refusalBody } from "../dynatrace/parse-answer.ts";
import { combineExitCodes, type ExitCode, errorMessage, exitCodes } from "../errors.ts";
import { count, printableLine } from "../lib/printable.ts";
import type { ApiLine } from "../model/api-line.ts";
import type { Environment, Inventory } from "../model/inventory.ts";
import type { PlanScope } from "../model/plan.ts";
import { environmentsInScope } from "../plan/environments-in-scope.ts";
import { renderApiLine } from "../report/api-line.ts";
import { listNames } from "../report/remarks-text.ts";
import { checkedScope } from "./checked-scope.ts";
import type { Context } from "./context.ts";
import type { EarlierAnswers } from "./earlier-answers.ts";
import { eachEnvironment, type OpenEnvironments, openEnvironments } from "./open-environments.ts";
import type { CommonOptions } from "./options.ts";
import { showProgress } from "./progress/show-progress.ts";
import { createTally } from "./progress/tally.ts";

export interface FleetQuestion extends EnvironmentQuestion {
  /** What the token of the question gets; `none`: it is asked without one. */
  readonly scope: string;
}

export interface AskOptions extends CommonOptions {
  readonly scope: PlanScope;
  readonly allowCommands: boolean;
}

/**
 * Asks every environment in scope that is enabled, and writes its answer as it comes, a page a line. Nothing is kept: who reads
 * slowly is waited for. What an earlier run has answered is written again and not asked.
 */
export async function askFleet(
  question: FleetQuestion,
  inventory: Inventory,
  earlier: EarlierAnswers | null,
  options: AskOptions,
  context: Context,
): Promise<ExitCode> {
  const { output, outputTaken, log, signal, clock } = context;
  const known = { hosts: inventory.hosts, complete: inventory.hostCommands.length === 0 };
  for (const warning of checkedScope(inventory, known, options.scope)) log.warn(warning);
  const inScope = environmentsInScope(inventory, options.scope, await affectedOf(inventory, options, context));
  const isNew = ({ id }: Environment) => earlier === null || !earlier.has(id);
  const open = await openEnvironments(inScope.filter(isNew), inventory, options.allowCommands, context);
  try {
    if (earlier !== null) await repeat(earlier, context);
    const asked = sayWhatIsLeftOut(open, log.warn);
    const tally = createTally("environments", asked.length);
    const progress = showProgress({ stage: "asking", tallies: [tally], leavesCounts: false }, options, context);
    const now = () => clock.elapsed();
    let failures = 0;
    const write = async (line: Omit<ApiLine, "path">) => {
      const { environment, cluster, status, ...rest } = line;
      output.out(renderApiLine({ environment, cluster, status, path: question.text, ...rest }));
      await outputTaken();
    };
    const fail = async (environment: Environment, error: unknown, page: number) => {
      failures += 1;
      const { id, cluster } = environment;
      const message = error instanceof ApiError && error.hint ? `${error.message}; ${error.hint}` : errorMessage(error);
      const status = error instanceof ApiError ? error.details.status : null;
      const code = error instanceof ApiError ? error.details.code : "cluster-unreadable";
      progress.failure((paint) => `${paint("yellow", "no answer")} environment/${id}: ${printableLine(message)}`);
      const body = error instanceof ApiError ? refusalBody(error) : null;
      await write({ environment: id, cluster, status, page, last: true, body, error: { code, message } });
    };
    try {
      for (const [environment, standing] of open.standings) {
        if (standing.status === "unknown") await fail(environment, new Error(standing.reason), 1);
      }
      const work = async (environment: Environment) => {
        tally.started(environment.id, now());
        let pages = 0;
        try {
          await ask(environment, question, open, signal, async (page) => {
            pages = page.page;
            const { status, page: number, last, body } = page;
            await write({
              environment: environment.id,
              cluster: environment.cluster,
              status,
              page: number,
              last,
              body,
            });
          });
          tally.ended(environment.id, "made", now());
        } catch (error) {
          tally.ended(environment.id, signal.aborted ? "not-made" : "failure", now());
          if (!signal.aborted) await fail(environment, error, pages + 1);
        }
      };
      await context.awaitEnd(() => eachEnvironment(asked, open, work, signal));
    } finally {
      progress.close();
    }
    const clusters = new Set([...open.standings.keys()].map(({ cluster }) => cluster));
    return combineExitCodes([
      signal.aborted ? exitCodes.interrupted : exitCodes.done,
      clusters.size > 0 && open.readable.size === 0 ? exitCodes.failed : exitCodes.done,
      failures > 0 ? exitCodes.partial : exitCodes.done,
    ]);
  } finally {
    await open.close();
  }
}

async function affectedOf(inventory: Inventory, options: AskOptions, context: Context) {
  if (options.scope.changedSince === null) return null;
  const { readChangedSince } = await import("./changed-since.ts");
  const { affected, warnings } = await readChangedSince(inventory, options.scope.changedSince, options, context);
  for (const warning of warnings) context.log.warn(warning);
  return affected;
}

async function repeat(earlier: EarlierAnswers, { output, outputTaken }: Context): Promise<void> {
  for await (const line of earlier.lines()) {
    output.out(line);
    await outputTaken();
  }
}

/** Those that can be asked. What is not there, or is disabled, is said: nothing was asked of it. */
function sayWhatIsLeftOut({ standings }: OpenEnvironments, warn: (message: string) => void): readonly Environment[] {
  const of = (status: string) =>
    [...standings].flatMap(([environment, standing]) => (standing.status === status ? [environment] : []));
  const name = ({ id }: Environment) => id;
  const disabled = of("disabled");
  const missing = of("missing").filter(({ state }) => state !== "absent");
  const are = (environments: readonly Environment[]) =>
    `${count(environments.length, "environment")} ${environments.length === 1 ? "is" : "are"}`;
  if (disabled.length > 0) warn(`${are(disabled)} disabled and not asked: ${listNames(disabled.map(name))}`);
  if (missing.length > 0) warn(`${are(missing)} not there yet and not asked: ${listNames(missing.map(name))}`);
  return of("enabled");
}

async function ask(
  environment: Environment,
  question: FleetQuestion,
  { tokens, standings }: OpenEnvironments,
  signal: AbortSignal,
  take: (page: AnsweredPage) => Promise<void>,
): Promise<void> {
  const { cluster } = environment;
  const [opened, chain] = [tokens.opened.get(cluster), tokens.chains.get(cluster)];
  if (opened === undefined || chain === undefined) throw new Error("its cluster could not be opened");
  const standing = standings.get(environment);
  const id = standing !== undefined && "observed" in standing ? standing.observed.id : environment.id;
  let taken = false;
  let broken: unknown = null;
  const once = async (token: string | null) => {
    try {
      await askEnvironment(opened.client, id, question, {
        token,
        signal,
        take: async (page) => {
          taken = true;
          await take(page);
        },
      });
    } catch (error) {
      // Where the token was refused it is asked again from the start, which what was written forbids.
      if (!taken || !isStatus(error, 401)) throw error;
      broken = error;
    }
  };
  if (question.scope === "none") await once(null);
  else await chain.withReadToken(id, [question.scope], once);
  if (broken !== null) throw broken;
}
