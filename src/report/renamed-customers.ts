import { count, printableLine } from "../lib/printable.ts";
import type { RenamedCustomer, SettingChange } from "../model/difference.ts";

const shownIds = 4;

/** What the renaming of a customer means: a title, then what follows from it. */
export function renamingLines(renamed: RenamedCustomer): {
  readonly title: string;
  readonly details: readonly string[];
} {
  const { before, after, environments } = renamed;
  const title = `customer ${printableLine(before)} is now called ${printableLine(after)}`;
  const [first] = environments;
  if (first === undefined) return { title, details: ["its environments keep their ids", groupsLine] };
  const ids = environments.slice(0, shownIds).map((environment) => `${environment.before} → ${environment.after}`);
  const more = environments.length > shownIds ? ` and ${count(environments.length - shownIds, "more", "more")}` : "";
  return {
    title,
    details: [
      `its environments get new ids: ${ids.join(", ")}${more}`,
      "those with the new ids are created; those with the old ones become unmanaged and stay as they are, with their data",
      `to keep them, declare their ids: ${first.key}: { id: ${first.before} }`,
      ...stageLine(first.key),
      groupsLine,
    ],
  };
}

const groupsLine =
  "groups with {customer} in their names are other groups then: those with the old names become unmanaged and stay as they are";

/** What an id of its own means for an environment with such a key, beside the id. */
function stageLine(key: string): readonly string[] {
  const stage = key.replace(/\d+$/, "");
  if (stage === key) return [];
  return [
    `with an id of its own, {stage} is the whole key there, ${key} and not ${stage}: groups with {stage} in their names are other groups then, and match and --target mean ${key} by stage`,
  ];
}

/** Without the default names of environments that only follow the name of their customer, which is told once. */
export function withoutFollowingNames(settings: readonly SettingChange[]): readonly SettingChange[] {
  const names = settings.filter(({ subject, field }) => subject.startsWith("customer/") && field === "name");
  if (names.length === 0) return settings;
  const follows = ({ field, before, after }: SettingChange): boolean =>
    field === "defaultName" &&
    names.some((name) => {
      const [old, now] = [`${name.before} `, `${name.after} `];
      const [left, right] = [String(before), String(after)];
      return left.startsWith(old) && right.startsWith(now) && left.slice(old.length) === right.slice(now.length);
    });
  return settings.filter((setting) => !follows(setting));
}
