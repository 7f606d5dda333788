import { knownPermissions } from "../kinds/group/permissions.ts";
import { type Asked, ask, isSuccess, memberAt, textsAt } from "./ask.ts";
import type { NotTried, Probing, Question } from "./question.ts";
import { groupNames, groupsPath } from "./scratch.ts";

const noGroup: NotTried = { notTried: "no group could be made" };
const create = ({ client }: Probing, name: string): Promise<Asked> =>
  ask(client, { method: "POST", path: groupsPath, body: { name, isClusterAdminGroup: false, accessRight: {} } });
const read = ({ client }: Probing, id: string): Promise<Asked> =>
  ask(client, { method: "GET", path: `${groupsPath}/${encodeURIComponent(id)}` });
/** Writes the group that stays, as a whole. */
const put = ({ client, scratch }: Probing, id: string, more: Readonly<Record<string, unknown>>, padding = 0) =>
  ask(client, {
    method: "PUT",
    path: groupsPath,
    body: { id, name: groupNames(scratch).plain, isClusterAdminGroup: false, ...more },
    padding,
  });
const idOf = (answer: Asked): string | null => {
  const id = memberAt(answer.body, "id");
  return isSuccess(answer) && typeof id === "string" && id !== "" ? id : null;
};

/** The rule of ids that fits, in words. */
function ruleOf(name: string, id: string): string {
  if (id === name) return "the name as it is";
  const lower = name.toLowerCase();
  const rules: readonly (readonly [string, string])[] = [
    ["the name in lower case", lower],
    ["the name in lower case without blanks", lower.replaceAll(" ", "")],
    ["the name in lower case without blanks and underscores", lower.replaceAll(/[ _]/g, "")],
    ["the name without blanks", name.replaceAll(" ", "")],
    ["the name without blanks and underscores", name.replaceAll(/[ _]/g, "")],
    ["the letters and digits of the name in lower case", lower.replaceAll(/[^a-z0-9]/g, "")],
  ];
  return rules.find(([, made]) => made === id)?.[0] ?? "by none of the rules that are known";
}

const sizes = { half: 500_000, beyond: 1_100_000 } as const;

/** What groups tell: the first of these makes the one that the others are about. */
export const groupQuestions: readonly Question[] = [
  {
    id: "group-id",
    question: "Which id does a group get, and which LDAP group without one being named?",
    asked: "POST of a group with capitals, blanks and an underscore in its name, and of one without",
    async ask(probing) {
      const names = groupNames(probing.scratch);
      const plain = await create(probing, names.plain);
      probing.made.group = idOf(plain);
      const written = await create(probing, names.written);
      const [plainId, writtenId] = [idOf(plain), idOf(written)];
      if (plainId === null || writtenId === null) return `making a group gave ${plain.status} and ${written.status}`;
      const { body } = await read(probing, writtenId);
      const ldap = textsAt(body, "ldapGroupNames");
      const rule = ruleOf(names.written, writtenId);
      const kept = plainId === names.plain ? "dashes stay" : "dashes are not kept";
      return `id: ${rule}, ${kept}; LDAP group: ${ldap.length === 0 ? "none" : ldap.includes(names.written) ? "its own name" : "another one"}`;
    },
  },
  {
    id: "group-id-clash",
    question: "What happens to two names that become one id?",
    asked: "POST of a group whose name differs in an underscore, a blank and capitals alone",
    async ask(probing) {
      const names = groupNames(probing.scratch);
      const answer = await create(probing, names.clashing);
      const id = idOf(answer);
      if (id === null) return `the second one is refused with ${answer.status}`;
      return (await read(probing, id)).status === 200 ? "the second one gets an id of its own" : "it cannot be read";
    },
  },
  {
    id: "left-out-rights",
    question: "Does a PUT of a group keep accessRight when that is left out?",
    asked: "PUT with VIEWER on the environment, PUT without accessRight, GET",
    async ask(probing) {
      const { group } = probing.made;
      if (group === null) return noGroup;
      const given = await put(probing, group, { accessRight: { VIEWER: [probing.scratch.environment] } });
      if (!isSuccess(given)) return `the right is refused with ${given.status}`;
      const short = await put(probing, group, {});
      if (!isSuccess(short)) return `it is refused with ${short.status}`;
      const rights = textsAt((await read(probing, group)).body, "accessRight", "VIEWER");
      return rights.length > 0 ? "it is kept" : "it is cleared";
    },
  },
  {
    id: "implied-rights",
    question: "Which rights does a right bring with it by API?",
    asked: "PUT with one permission at a time, GET after each",
    async ask(probing) {
      const { group } = probing.made;
      if (group === null) return noGroup;
      const { environment } = probing.scratch;
      const brought = new Map<string, string[]>();
      const refused: string[] = [];
      for (const permission of knownPermissions) {
        probing.signal.throwIfAborted();
        const given = await put(probing, group, { accessRight: { [permission]: [environment] } });
        if (!isSuccess(given)) {
          refused.push(`${permission} (${given.status})`);
          continue;
        }
        const rights = memberAt((await read(probing, group)).body, "accessRight");
        const found = Object.keys(typeof rights === "object" && rights !== null ? rights : {});
        const others = found.filter((name) => name !== permission).sort();
        const what = found.includes(permission)
          ? others.join(" and ")
          : `instead of it ${others.join(", ") || "nothing"}`;
        if (what !== "") brought.set(what, [...(brought.get(what) ?? []), permission]);
      }
      // The right that later questions are about.
      await put(probing, group, { accessRight: { VIEWER: [environment] } });
      const parts = [...brought].map(([what, by]) => `${what} with ${by.join(", ")}`);
      return [
        parts.length === 0 ? "none" : parts.join("; "),
        ...(refused.length === 0 ? [] : [`refused: ${refused.join(", ")}`]),
      ].join("; ");
    },
  },
  {
    id: "body-size",
    question: "What does a body of more than 1 MB get?",
    asked: "PUT of a group with blanks behind it: 0.5 MB, then 1.1 MB",
    async ask(probing) {
      const { group, environment } = { ...probing.made, ...probing.scratch };
      if (group === null) return noGroup;
      const rights = { accessRight: { VIEWER: [environment] } };
      const half = await put(probing, group, rights, sizes.half);
      if (!isSuccess(half)) return `${half.status}, as 0.5 MB does`;
      const beyond = await put(probing, group, rights, sizes.beyond);
      return isSuccess(beyond) ? `it is taken (${beyond.status})` : String(beyond.status);
    },
  },
];
