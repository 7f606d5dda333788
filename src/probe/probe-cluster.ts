import { ApiError } from "../dynatrace/api-error.ts";
import type { ProbeAnswer } from "../model/probe.ts";
import type { Log } from "../ports.ts";
import { type Asked, ask, isSuccess } from "./ask.ts";
import { endOfEnvironmentQuestions, newEnvironmentQuestions } from "./environment-questions.ts";
import { groupQuestions } from "./group-questions.ts";
import { loadQuestions } from "./load-questions.ts";
import type { Probing, Question } from "./question.ts";
import { environmentBody, environmentPath } from "./scratch.ts";
import { tokenQuestions } from "./token-questions.ts";

/** In their order: what ends the environment comes last. */
export const questions: readonly Question[] = [
  ...newEnvironmentQuestions,
  ...groupQuestions,
  ...tokenQuestions,
  ...loadQuestions,
  ...endOfEnvironmentQuestions,
];

/** Milliseconds after which what was made is there for everybody. */
const settleTime = 10_000;

export type ProbeOutcome =
  | { readonly status: "asked"; readonly answers: readonly ProbeAnswer[] }
  /** Somebody made an environment of this id at the same moment: it got another name, and nothing else was done. */
  | { readonly status: "taken" }
  /** No environment could be made. */
  | { readonly status: "refused"; readonly httpStatus: number };

/**
 * Makes an environment, asks the cluster all that its documentation leaves open, one question after the other, and leaves
 * what it has made to `removeScratch`. Throws ApiError where making the environment got no answer, and the reason of the signal.
 */
export async function probeCluster(probing: Omit<Probing, "made">, log: Log): Promise<ProbeOutcome> {
  const { clock, signal } = probing;
  const answer = await makeEnvironment(probing);
  if (answer.status !== 201) {
    return isSuccess(answer) ? { status: "taken" } : { status: "refused", httpStatus: answer.status };
  }
  const environment = { answer, at: clock.elapsed() };
  const whole: Probing = { ...probing, made: { environment, group: null, tokenLocation: null } };
  const answers: ProbeAnswer[] = [];
  for (const question of questions) {
    signal.throwIfAborted();
    answers.push(await answered(question, whole, log));
  }
  return { status: "asked", answers };
}

async function makeEnvironment({ client, scratch, clock }: Omit<Probing, "made">): Promise<Asked> {
  try {
    return await ask(client, { method: "PUT", path: environmentPath(scratch), body: environmentBody(scratch) });
  } catch (error) {
    // Whoever cleans up now must find it, if it was made.
    if (error instanceof ApiError && error.details.effect === "unknown") await clock.sleep(settleTime);
    throw error;
  }
}

async function answered(question: Question, probing: Probing, log: Log): Promise<ProbeAnswer> {
  const { id, question: text, asked } = question;
  const about = { id, question: text, asked };
  try {
    const found = await question.ask(probing);
    return typeof found === "string"
      ? { ...about, status: "answered", answer: found }
      : { ...about, status: "not-tried", answer: found.notTried };
  } catch (error) {
    probing.signal.throwIfAborted();
    if (!(error instanceof ApiError)) throw error;
    // What a proxy or a cluster says may hold names; those belong into the log and not into an issue.
    log.warn(`the probe ${id} failed: ${error.message}`);
    const { status, code } = error.details;
    return {
      ...about,
      status: "failed",
      answer: status === null ? `no answer (${code})` : `status ${status} (${code})`,
    };
  }
}
