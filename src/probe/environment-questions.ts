import { absences, ask, isSuccess, memberAt, textsAt } from "./ask.ts";
import { type Probing, type Question, seconds } from "./question.ts";
import { environmentBody, environmentName, environmentPath, environmentsPath, groupsPath } from "./scratch.ts";

const readyPatience = 180_000;
const interval = 500;
const cachePatience = 30_000;
/** A limit that no new environment has. */
const scratchLimit = 7;

const read = ({ client, scratch }: Probing, query: Readonly<Record<string, string>> = {}) =>
  ask(client, { method: "GET", path: environmentPath(scratch), query });
const put = ({ client, scratch }: Probing, body: unknown) =>
  ask(client, { method: "PUT", path: environmentPath(scratch), body });
/** A call that needs no token. */
const ownTime = ({ client, scratch }: Probing) =>
  ask(
    client,
    { method: "GET", path: `/e/${encodeURIComponent(scratch.environment)}/api/v1/time`, token: null },
    absences,
  );

const statuses = (found: readonly number[]): string => [...new Set(found)].join(", then ");

/** What a new environment tells. */
export const newEnvironmentQuestions: readonly Question[] = [
  {
    id: "environment-ready",
    question: "How long does it take until a new environment answers, and what comes before?",
    asked: "PUT of the environment, then GET /e/{id}/api/v1/time again and again",
    async ask(probing) {
      const { clock, signal, made } = probing;
      const before: number[] = [];
      for (;;) {
        const { status } = await ownTime(probing);
        const taken = clock.elapsed() - made.environment.at;
        if (status === 200) {
          return before.length === 0
            ? `at once (${seconds(taken)})`
            : `after ${seconds(taken)}; before that ${statuses(before)}`;
        }
        before.push(status);
        if (taken >= readyPatience) return `not within ${readyPatience / 1_000} s; it answered ${statuses(before)}`;
        await clock.sleep(interval, signal);
      }
    },
  },
  {
    id: "left-out-fields",
    question: "Does a PUT of an environment keep state and tags that it leaves out?",
    asked: "PUT with DISABLED and a tag, PUT with the name alone, GET",
    async ask(probing) {
      const { scratch } = probing;
      const full = await put(probing, environmentBody(scratch, "DISABLED"));
      if (!isSuccess(full)) return `the whole body is refused with ${full.status}`;
      const short = await put(probing, { name: environmentName(scratch) });
      if (!isSuccess(short)) return `the name alone is refused with ${short.status}`;
      const { body } = await read(probing);
      const state = memberAt(body, "state") === "DISABLED" ? "kept" : "reset to ENABLED";
      const tags = textsAt(body, "tags").length > 0 ? "kept" : "cleared";
      await put(probing, environmentBody(scratch));
      return `state is ${state}, tags are ${tags}`;
    },
  },
  {
    id: "left-out-trial",
    question: "Does a PUT of an environment keep trial when that is left out?",
    asked: "PUT with trial, PUT with the name alone, GET",
    async ask(probing) {
      const { scratch } = probing;
      const full = await put(probing, { ...environmentBody(scratch), trial: true });
      if (!isSuccess(full)) return { notTried: `the licence allows no trial environments (${full.status})` };
      await put(probing, { name: environmentName(scratch) });
      const isKept = memberAt((await read(probing)).body, "trial") === true;
      await put(probing, environmentBody(scratch));
      return isKept ? "trial is kept" : "trial is reset to false";
    },
  },
  {
    id: "id-case",
    question: "Are ids that differ in case alone one environment?",
    asked: "GET of the id in capitals",
    async ask({ client, scratch }) {
      const path = `${environmentsPath}/${encodeURIComponent(scratch.environment.toUpperCase())}`;
      const answer = await ask(client, { method: "GET", path });
      if (isSuccess(answer)) return "yes: it is found in capitals, too";
      return `no: in capitals it is not found (${answer.status})`;
    },
  },
  {
    id: "byte-limit-null",
    question: "May a byte limit be null?",
    asked: "PUT with storage { transactionStorage: { maxLimit: null } }",
    async ask(probing) {
      const storage = { transactionStorage: { maxLimit: null } };
      const answer = await put(probing, { ...environmentBody(probing.scratch), storage });
      return isSuccess(answer) ? `yes (${answer.status})` : `no (${answer.status})`;
    },
  },
  {
    id: "cached-limits",
    question: "How old are limits that come with includeConsumptionInfo?",
    asked: "GET with it, PUT with hostUnits, then GET with it again and again",
    async ask(probing) {
      const { clock, signal, scratch } = probing;
      const shown = () => read(probing, { includeConsumptionInfo: "true" });
      const first = await shown();
      if (first.status === 422) return { notTried: "the licence has no quotas (422)" };
      const quotas = { hostUnits: { maxLimit: scratchLimit } };
      const changed = await put(probing, { ...environmentBody(scratch), quotas });
      if (!isSuccess(changed)) return { notTried: `the limit is refused with ${changed.status}` };
      const began = clock.elapsed();
      for (;;) {
        const limit = memberAt((await shown()).body, "quotas", "hostUnits", "maxLimit");
        const taken = clock.elapsed() - began;
        if (limit === scratchLimit) return taken < interval ? "they are current" : `up to ${seconds(taken)} old`;
        if (taken >= cachePatience) return `older than ${cachePatience / 1_000} s`;
        await clock.sleep(interval, signal);
      }
    },
  },
  {
    id: "log-monitoring-v2",
    question: "Which form do the limits logMonitoringV2* have?",
    asked: "GET with includeStorageInfo",
    async ask(probing) {
      const { body } = await read(probing, { includeStorageInfo: "true" });
      const storage = memberAt(body, "storage");
      if (typeof storage !== "object" || storage === null) return "there is no storage in the answer";
      const found = Object.entries(storage).filter(([name]) => name.startsWith("logMonitoring"));
      if (found.length === 0) return "there are none";
      return found.map(([name, value]) => `${name} ${formOf(value)}`).join("; ");
    },
  },
];

/** The members of a value with their types, and none of the values. */
function formOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  const members = Object.entries(value).map(([name, member]) => `${name}: ${member === null ? "null" : typeof member}`);
  return `{ ${members.join(", ")} }`;
}

const disabledLooks = 10;
const deletePatience = 60_000;

/** What the end of an environment tells: it is deleted after these. */
export const endOfEnvironmentQuestions: readonly Question[] = [
  {
    id: "disabled-environment",
    question: "What does a disabled environment answer below /e/?",
    asked: "PUT with DISABLED, then GET /e/{id}/api/v1/time for some seconds",
    async ask(probing) {
      const { clock, signal, scratch } = probing;
      const disabled = await put(probing, environmentBody(scratch, "DISABLED"));
      if (!isSuccess(disabled)) return `disabling is refused with ${disabled.status}`;
      const found: number[] = [];
      for (let look = 0; look < disabledLooks; look += 1) {
        const { status } = await ownTime(probing);
        found.push(status);
        if (status !== 200) break;
        await clock.sleep(interval * 2, signal);
      }
      await put(probing, environmentBody(scratch));
      return statuses(found);
    },
  },
  {
    id: "delete-after-disable",
    question: "Can an environment be deleted directly after it was disabled?",
    asked: "PUT with DISABLED, then DELETE, repeated after 400",
    async ask(probing) {
      const { client, clock, signal, scratch } = probing;
      const disabled = await put(probing, environmentBody(scratch, "DISABLED"));
      if (!isSuccess(disabled)) return `disabling is refused with ${disabled.status}`;
      const began = clock.elapsed();
      for (let attempt = 1; ; attempt += 1) {
        const { status } = await ask(client, { method: "DELETE", path: environmentPath(scratch) });
        const taken = clock.elapsed() - began;
        if (status >= 200 && status < 300)
          return attempt === 1 ? `yes (${status})` : `no: 400 at first, ${status} after ${seconds(taken)}`;
        if (status !== 400) return `no: ${status}`;
        if (taken >= deletePatience) return `no: 400 for ${deletePatience / 1_000} s`;
        await clock.sleep(interval * 4, signal);
      }
    },
  },
  {
    id: "delete-again",
    question: "What does deleting an environment answer that is gone?",
    asked: "DELETE once more",
    async ask(probing) {
      if ((await read(probing)).status !== 404) return { notTried: "the environment is not gone yet" };
      const { status } = await ask(probing.client, { method: "DELETE", path: environmentPath(probing.scratch) });
      return String(status);
    },
  },
  {
    id: "rights-of-deleted",
    question: "Do groups keep rights on an environment that was deleted?",
    asked: "GET of a group that had VIEWER on it",
    async ask(probing) {
      const { client, scratch, made } = probing;
      if (made.group === null) return { notTried: "no group could be made" };
      if ((await read(probing)).status !== 404) return { notTried: "the environment is not gone yet" };
      const { status, body } = await ask(client, {
        method: "GET",
        path: `${groupsPath}/${encodeURIComponent(made.group)}`,
      });
      if (status !== 200) return `the group cannot be read any more (${status})`;
      return textsAt(body, "accessRight", "VIEWER").includes(scratch.environment) ? "yes" : "no: they are gone, too";
    },
  },
];
