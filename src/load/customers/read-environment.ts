import type { Place } from "../../model/diagnostic.ts";
import type { Customer, Environment, Suspension } from "../../model/inventory.ts";
import { type DiagnosticText, inFile } from "../diagnostics/diagnostics.ts";
import { showText } from "../diagnostics/show-text.ts";
import { readHosts } from "../hosts/read-hosts.ts";
import { environmentEntries, isSettingOf } from "../schema/entries.ts";
import { meantStageKey, stageOf } from "../schema/environment-keys.ts";
import type { CustomerEntry, EnvironmentDefaultsEntry, EnvironmentEntry } from "../schema/file-types.ts";
import { hasUnusable, hasUnusableInside } from "../schema/has-unusable.ts";
import { explainMisplacedSetting } from "../schema/key-slips.ts";
import type { LoadedFile } from "../schema/loaded-file.ts";
import { type ClusterNames, checkCluster } from "../settings/check-cluster.ts";
import type { MatchSubject } from "../settings/environment-match.ts";
import { defaultIdTemplate, fillIdTemplate, type IdTemplate } from "../settings/id-template.ts";
import { type Levels, mergeLabels, resolveEnvironmentSettings } from "../settings/levels.ts";
import { readLevels } from "../settings/read-levels.ts";
import { keyPlace, startPlace, valuePlace } from "../yaml/positions.ts";
import type { CustomersContext } from "./customers-context.ts";
import { readSuspension } from "./read-suspension.ts";

/** What holds for all environments of a customer. */
export interface EnvironmentBase {
  readonly customer: Customer;
  readonly clusters: ClusterNames;
  readonly environmentId: IdTemplate | null;
  /** The cluster that the environments are on where they do not say so themselves; null: nothing says which. */
  readonly cluster: string | null;
  /** Labels that the environments inherit. */
  readonly labels: Levels["labels"];
  readonly suspended: Suspension | null;
  /** The levels above an environment. */
  levelsFor(subject: MatchSubject): Levels;
  readonly file: LoadedFile<CustomerEntry>;
  readonly context: CustomersContext;
}

/** Resolves one environment with its hosts, or null when it has no usable id, which is reported. */
export function readEnvironment(key: string, body: EnvironmentEntry, base: EnvironmentBase) {
  const { customer, file, context } = base;
  const place = keyPlace(file.positions, file.entry.environments ?? {}, key).place;
  context.budget.spend("environments", 1, inFile(place));
  const identity = identify(key, body, place, base);
  if (identity === null) return null;
  const { cluster: ownCluster, oneagent, ssh, rollout } = body;
  const above = base.levelsFor({
    customer: customer.id,
    environment: identity.id,
    stage: identity.stage,
    cluster: (ownCluster === undefined ? base.cluster : ownCluster) ?? "",
    labels: mergeLabels(base.labels, body.labels),
  });
  const declared = {
    ...{ cluster: ownCluster, labels: body.labels, oneagent, ssh, rollout },
    environment: ownDefaults(body),
  };
  const levels = readLevels(above, declared, file, context);
  const defaultName = `${customer.name} ${key}`;
  if ((body.name === null || !("name" in body)) && defaultName.length > longestName) {
    context.diagnostics.error(inFile(place), {
      rule: "name-too-long",
      message: `the name made of the customer's name and the key is longer than ${longestName} characters: ${showText(defaultName)}`,
      hint: "Declare a shorter name for the environment, or shorten that of the customer.",
    });
  }
  const cluster = clusterOf(key, body, levels, base);
  const environment: Environment = {
    id: identity.id,
    key,
    stage: identity.stage,
    customer: customer.id,
    cluster,
    labels: levels.labels,
    state: levels.environment.state ?? null,
    suspended: readSuspension(body, base.suspended, file.positions),
    defaultName,
    settings: resolveEnvironmentSettings(body.name, levels.environment),
    rollout: levels.rollout.resolved,
    place,
  };
  context.notes?.environments.set(environment, { levels, body, idTemplate: body.id ? null : base.environmentId });
  const owner = { environment: identity.id, customer: customer.id, cluster };
  const { hosts, commands, complete } = readHosts(body.hosts ?? [], owner, levels, file, context);
  const isSilent = hosts.length + commands.length === 0 && body.hosts?.length !== 0;
  // The hosts may stand at an invalid key, here or too far in.
  const isInvalid = isSilent && (!complete || hasUnusableInside(body));
  return { environment, hosts, commands, isWithoutHosts: isSilent && !isInvalid };
}

/** What the environment itself declares of the things that have defaults at the levels above. */
function ownDefaults({ tags, trial, quotas, storage, state }: EnvironmentEntry): Required<EnvironmentDefaultsEntry> {
  return { tags, trial, quotas, storage, state };
}

const longestName = 100;

/** The id and stage of an environment, or null when it has none, which is reported. */
function identify(
  key: string,
  body: EnvironmentEntry,
  place: Place,
  base: EnvironmentBase,
): Pick<Environment, "id" | "stage"> | null {
  const { customer, context } = base;
  if (body.id) return { id: body.id, stage: key };
  const stage = stageOf(key);
  if (stage !== null) {
    const id = fillIdTemplate(base.environmentId, customer.id, key);
    if (id.length > longestId) context.diagnostics.error(inFile(place), longIdDiagnostic(id, base));
    return { id, stage };
  }
  // The id was there and is reported already, perhaps under another name.
  if (hasUnusable(body)) return null;
  context.diagnostics.error(
    inFile(place),
    isSettingOf(environmentEntries, key) ? misplaced(key, base) : unusableKey(key, base),
  );
  return null;
}

const misplaced = (key: string, { file: { entry, positions } }: EnvironmentBase): DiagnosticText =>
  explainMisplacedSetting(key, environmentEntries, entry.environments ?? {}, positions);

/** As many characters as a cluster takes. */
const longestId = 70;

const longIdDiagnostic = (id: string, { environmentId }: EnvironmentBase): DiagnosticText => ({
  rule: "id-too-long",
  message: `the id ${showText(id)} has ${id.length} characters, and a cluster takes ${longestId}`,
  hint: `It is made by environmentId ${showText(environmentId?.text ?? defaultIdTemplate)}: shorten that, the key or the customer's id, or give the environment an id of its own.`,
});

function unusableKey(key: string, { customer, environmentId }: EnvironmentBase): DiagnosticText {
  const meant = meantStageKey(key, customer.id);
  const suggestion =
    meant === null
      ? ""
      : `Did you mean "${meant}"? Its id is then ${fillIdTemplate(environmentId, customer.id, meant)}. `;
  return {
    rule: "environment-key",
    message: `${showText(key)} is not stage letters and a number, and the environment has no id of its own`,
    hint: `${suggestion}Write a key such as p1 (one to eight letters, then a number from 1 to 9999), or add id: with the id that the environment has.`,
  };
}

/** The cluster of an environment. Empty when there is none, which is reported. */
function clusterOf(key: string, body: EnvironmentEntry, { cluster }: Levels, base: EnvironmentBase): string {
  const { customer, clusters, file, context } = base;
  const { positions, entry } = file;
  if (body.cluster) checkCluster(body.cluster, clusters, valuePlace(positions, body, "cluster"), context);
  if (cluster !== null) return cluster;
  // An invalid name was reported where it stands, and so was a key that may have been meant for it.
  const reported = [body, entry].some(hasUnusable);
  if (reported || clusters === null) return "";
  const taken = body.cluster === null || entry.cluster === null;
  const where = taken ? keyPlace(positions, entry.environments ?? {}, key) : startPlace(positions, entry);
  context.diagnostics.error(where, {
    rule: "missing-cluster",
    message: `nothing says which cluster the environments of ${showText(customer.id)} are on`,
    hint: `Add cluster: to the customer or the environment, or to defaults in dtsync.yaml. Declared: ${[...clusters].join(", ")}.`,
  });
  return "";
}
