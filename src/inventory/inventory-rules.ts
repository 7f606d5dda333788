import { isGlob } from "../compare/glob.ts";
import type { Environment, Group, Host, HostCommand, Safety } from "../model/inventory.ts";
import { type FaultList, inFile } from "./fault-list.ts";
import type { SettingsEntry } from "./file-types.ts";
import type { LoadedFile } from "./load-context.ts";
import { valueOrigin } from "./positions.ts";
import { showText } from "./show-text.ts";
import { suggestionHint } from "./suggest.ts";

/** The resolved items of all files. */
export interface ResolvedItems {
  readonly environments: readonly Environment[];
  readonly groups: readonly Group[];
  readonly hosts: readonly Host[];
  readonly commands: readonly HostCommand[];
  readonly safety: Safety;
  /** dtsync.yaml, or null when it could not be read. */
  readonly settings: LoadedFile<SettingsEntry> | null;
  /** False when environments or groups are missing because of faults that are reported already. */
  readonly complete: boolean;
}

type Rule = (items: ResolvedItems, faults: FaultList) => void;

/** What has to hold between items of different files. Each rule reports on its own. */
export function checkInventory(items: ResolvedItems, faults: FaultList): void {
  for (const rule of rules) rule(items, faults);
}

/** An absent environment takes its hosts along only when they are absent too. */
const absentEnvironmentsListNoHosts: Rule = ({ environments, hosts, commands }, faults) => {
  const absent = new Set(environments.filter(({ state }) => state === "absent").map(({ id }) => id));
  if (absent.size === 0) return;
  const left = [...hosts.filter(({ state }) => state !== "absent"), ...commands];
  for (const { environment, place } of left.filter((item) => absent.has(item.environment))) {
    faults.error(inFile(place), {
      rule: "hosts-of-absent-environment",
      message: `the environment ${showText(environment)} is absent but still lists hosts`,
      hint: "Declare the hosts absent as well, move them to another environment, or take them away.",
    });
  }
};

const disabledEnvironmentsKeepHosts: Rule = ({ environments, hosts, commands }, faults) => {
  const withHosts = new Set([...hosts, ...commands].map(({ environment }) => environment));
  for (const { id, place } of environments.filter(({ id, state }) => state === "disabled" && withHosts.has(id))) {
    faults.warning(inFile(place), {
      rule: "hosts-of-disabled-environment",
      message: `the hosts of the disabled environment ${showText(id)} are left as they are`,
      hint: "Enable the environment to have them managed, or move them to another one.",
    });
  }
};

const protectedEnvironmentsExist: Rule = ({ safety, environments, settings, complete }, faults) => {
  const list = settings?.entry.safety?.protect;
  if (!list || !settings || !complete) return;
  const ids = new Set(environments.map(({ id }) => id.toLowerCase()));
  for (const [index, id] of list.entries()) {
    if (!safety.protect.includes(id) || isGlob(id) || ids.has(id.toLowerCase())) continue;
    faults.warning(valueOrigin(settings.positions, list, index), {
      rule: "unknown-environment",
      message: `protect names ${showText(id)}, which is not declared`,
      hint: suggestionHint(
        id,
        environments.map((environment) => environment.id),
        "Correct it, or take it away.",
      ),
    });
  }
};

const breakGlassGroupsExist: Rule = ({ safety, groups, settings, complete }, faults) => {
  const list = settings?.entry.safety?.breakGlass;
  if (!list || !settings || !complete) return;
  const names = new Set(groups.map(({ name }) => name));
  for (const [index, name] of list.entries()) {
    if (!safety.breakGlass.includes(name) || names.has(name)) continue;
    faults.warning(valueOrigin(settings.positions, list, index), {
      rule: "unknown-group",
      message: `breakGlass names the group ${showText(name)}, which is not declared`,
      hint: suggestionHint(name, [...names], "Write the exact name of a declared group, or take it away."),
    });
  }
};

const rules: readonly Rule[] = [
  absentEnvironmentsListNoHosts,
  disabledEnvironmentsKeepHosts,
  protectedEnvironmentsExist,
  breakGlassGroupsExist,
];
