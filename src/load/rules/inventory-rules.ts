import { globMatcher, isGlob } from "../../lib/glob.ts";
import type { Environment, Group, Host, HostCommand } from "../../model/inventory.ts";
import { type Diagnostics, inFile } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import type { SuggestionHint } from "../diagnostics/suggest.ts";
import { namesIn, writtenAccess } from "../groups/access-entry.ts";
import type { GroupDeclaration } from "../groups/group-template.ts";
import { isPermission } from "../groups/roles.ts";
import { isIpAddress } from "../hosts/host-names.ts";
import { asList } from "../schema/as-list.ts";
import type { SettingsEntry } from "../schema/file-types.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { keyPlace, valuePlace } from "../yaml/positions.ts";

/** The resolved items of all files. */
interface ResolvedItems {
  readonly environments: readonly Environment[];
  readonly groups: readonly Group[];
  readonly hosts: readonly Host[];
  readonly commands: readonly HostCommand[];
  /** Environments that do not say which hosts there are. */
  readonly withoutHosts: readonly Environment[];
  readonly declarations: readonly GroupDeclaration[];
  readonly suggest: SuggestionHint;
  /** dtsync.yaml, or null when it could not be read. */
  readonly settings: LoadedFile<SettingsEntry> | null;
  /** UTC day; null: nobody says which one it is. */
  readonly today: string | null;
  /** False when environments or groups are missing because of errors, which are reported already. */
  readonly complete: boolean;
}

type Rule = (items: ResolvedItems, diagnostics: Diagnostics) => void;

/** What has to hold between items of different files. Each rule reports on its own. */
export function checkInventory(items: ResolvedItems, diagnostics: Diagnostics): void {
  for (const rule of rules) rule(items, diagnostics);
}

/** An absent environment takes its hosts along only when they are absent too. */
const absentEnvironmentsListNoHosts: Rule = ({ environments, hosts, commands }, diagnostics) => {
  const absent = new Set(environments.filter(({ state }) => state === "absent").map(({ id }) => id));
  if (absent.size === 0) return;
  const left = [...hosts.filter(({ state }) => state !== "absent"), ...commands];
  for (const { environment, place } of left.filter((item) => absent.has(item.environment))) {
    diagnostics.error(inFile(place), {
      rule: "hosts-of-absent-environment",
      message: `the environment ${showText(environment)} is absent but still lists hosts`,
      hint: "Declare the hosts absent as well, move them to another environment, or take them away.",
    });
  }
};

const disabledEnvironmentsKeepHosts: Rule = ({ environments, hosts, commands }, diagnostics) => {
  const withHosts = new Set([...hosts, ...commands].map(({ environment }) => environment));
  for (const { id, place } of environments.filter(({ id, state }) => state === "disabled" && withHosts.has(id))) {
    diagnostics.warning(inFile(place), {
      rule: "hosts-of-disabled-environment",
      message: `the hosts of the disabled environment ${showText(id)} are left as they are`,
      hint: "Enable the environment to have them managed, or move them to another one.",
    });
  }
};

/** `hosts: []` says that none are meant. An environment that is not enabled needs no hosts. */
const environmentsHaveHosts: Rule = ({ environments, withoutHosts }, diagnostics) => {
  const silent = new Set(withoutHosts);
  for (const environment of environments) {
    if (!silent.has(environment) || environment.state === "disabled" || environment.state === "absent") continue;
    diagnostics.warning(inFile(environment.place), {
      rule: "environment-without-hosts",
      message: `the environment ${showText(environment.id)} has no hosts`,
      hint: "Add hosts: or fill the lists that it names; write hosts: [] if none is meant.",
    });
  }
};

/** A short name and a full name that begins with it are two hosts for dtsync, and most probably one machine. */
const hostsHaveOneName: Rule = ({ hosts }, diagnostics) => {
  const key = (customer: string, name: string): string => `${customer} ${name}`;
  const present = hosts.filter(({ name, state }) => state === "present" && !isIpAddress(name));
  const short = new Map(
    present.filter(({ name }) => !name.includes(".")).map((host) => [key(host.customer, host.name), host]),
  );
  if (short.size === 0) return;
  for (const host of present) {
    const other = short.get(key(host.customer, host.name.split(".")[0] ?? ""));
    const differs = host.address !== null && other?.address !== null && host.address !== other?.address;
    if (!other || other === host || differs) continue;
    diagnostics.warning(inFile(host.place), {
      rule: "host-under-two-names",
      message: `the hosts ${showText(other.name)} (${other.place.file}:${other.place.line}) and ${showText(host.name)} may be one`,
      hint: "Keep one of the two; if they are two machines, write the full name of both.",
    });
  }
};

/** A role is used by a group, or by a role that is. */
const rolesAreUsed: Rule = ({ settings, declarations, complete }, diagnostics) => {
  const roles = settings?.entry.roles;
  if (!settings || !roles || !complete) return;
  const pending: (string | undefined)[] = declarations
    .flatMap(({ entry }) => Object.entries(entry.access ?? {}).map(([key, value]) => ({ entry, key, value })))
    .flatMap(({ entry, key, value }) => {
      const written = writtenAccess(entry.access ?? {}, key);
      if (value === undefined) return [undefined];
      return written === null ? [] : namesIn(written);
    });
  // What an invalid value was meant to name is not known.
  if (pending.includes(undefined) || Object.values(roles).some((names) => names === undefined)) return;
  const used = new Set<string>();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (isPermission(name) || used.has(name)) continue;
    // Nor is what an unknown name, which is reported, was meant to be.
    if (!Object.hasOwn(roles, name)) return;
    used.add(name);
    pending.push(...asList(roles[name] ?? []));
  }
  for (const role of Object.keys(roles)) {
    if (used.has(role)) continue;
    diagnostics.warning(keyPlace(settings.positions, roles, role), {
      rule: "unused-role",
      message: `no group uses the role ${showText(role)}`,
      hint: "Name it in the access of a group, or take it away.",
    });
  }
};

const protectedEnvironmentsExist: Rule = ({ environments, settings, complete, suggest }, diagnostics) => {
  const list = settings?.entry.safety?.protect;
  if (!list || !settings || !complete) return;
  const ids = new Set(environments.map(({ id }) => id.toLowerCase()));
  for (const [index, id] of list.entries()) {
    if (id === undefined || isGlob(id) || ids.has(id.toLowerCase())) continue;
    diagnostics.warning(valuePlace(settings.positions, list, index), {
      rule: "unknown-environment",
      message: `protect names ${showText(id)}, which is not declared`,
      hint: suggest(id, () => environments.map((environment) => environment.id), "Correct it, or take it away."),
    });
  }
};

/** Comparisons of globs with ids: more would take longer than the warning is worth. */
const mostComparisons = 1_000_000;

/** Where there is no environment yet, every glob is for later. */
const protectingGlobsMatch: Rule = ({ environments, settings, complete }, diagnostics) => {
  const list = settings?.entry.safety?.protect;
  if (!list || !settings || !complete || environments.length === 0) return;
  if (list.length * environments.length > mostComparisons) return;
  for (const [index, glob] of list.entries()) {
    if (glob === undefined || !isGlob(glob)) continue;
    const matches = globMatcher(glob);
    if (environments.some(({ id }) => matches(id))) continue;
    diagnostics.warning(valuePlace(settings.positions, list, index), {
      rule: "reaches-nothing",
      message: `protect has ${showText(glob)}, which matches no environment`,
      hint: "Correct it, or take it away until there is one.",
    });
  }
};

const breakGlassGroupsExist: Rule = ({ groups, settings, complete, suggest }, diagnostics) => {
  const list = settings?.entry.safety?.breakGlass;
  if (!list || !settings || !complete) return;
  const names = new Set(groups.map(({ name }) => name));
  for (const [index, name] of list.entries()) {
    if (name === undefined || names.has(name)) continue;
    diagnostics.warning(valuePlace(settings.positions, list, index), {
      rule: "unknown-group",
      message: `breakGlass names the group ${showText(name)}, which is not declared`,
      hint: suggest(name, () => [...names], "Write the exact name of a declared group, or take it away."),
    });
  }
};

const suspensionsHold: Rule = ({ environments, today }, diagnostics) => {
  if (today === null) return;
  for (const { suspended } of environments) {
    if (suspended === null || today <= suspended.until) continue;
    diagnostics.warning(inFile(suspended.place), {
      rule: "suspension-over",
      message: `it was suspended until ${suspended.until} only, and is changed as any other again`,
      hint: "Take suspended away, or give it another day.",
    });
  }
};

const rules: readonly Rule[] = [
  suspensionsHold,
  absentEnvironmentsListNoHosts,
  disabledEnvironmentsKeepHosts,
  environmentsHaveHosts,
  hostsHaveOneName,
  rolesAreUsed,
  protectedEnvironmentsExist,
  protectingGlobsMatch,
  breakGlassGroupsExist,
];
