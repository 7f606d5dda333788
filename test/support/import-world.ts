import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { proveImport } from "../../src/application/prove-import.ts";
import type { CustomerRule } from "../../src/import/customer-rules.ts";
import { knownLimits } from "../../src/import/known-limits.ts";
import type { Proposal } from "../../src/import/proposal.ts";
import { proposeInventory } from "../../src/import/propose-inventory.ts";
import { takeZones } from "../../src/import/take-zones.ts";
import { createLoadNotes } from "../../src/load/explain/load-notes.ts";
import { inventoryFiles } from "../../src/load/files/inventory-files.ts";
import { loadInventory } from "../../src/load/load-inventory.ts";
import { parseYaml } from "../../src/load/yaml/parse-yaml.ts";
import { createPositions } from "../../src/load/yaml/positions.ts";
import type { EstateCluster, EstateHost } from "../../src/model/estate.ts";
import type { Inventory } from "../../src/model/inventory.ts";
import type { Observed, ObservedEnvironment, ObservedGroup, ObservedZones } from "../../src/model/observed.ts";

export interface Imported {
  readonly proposal: Proposal;
  readonly inventory: Inventory;
  readonly texts: Readonly<Record<string, string>>;
}

export const observedEnvironment = (
  given: Partial<ObservedEnvironment> & { readonly id: string },
): ObservedEnvironment => ({
  name: given.id,
  state: "ENABLED",
  trial: false,
  tags: [],
  quotas: {},
  storage: {},
  ...given,
});

export const observedGroup = (given: Partial<ObservedGroup> & { readonly name: string }): ObservedGroup => ({
  id: given.name.toLowerCase().replaceAll(/[^a-z0-9-]/g, ""),
  isClusterAdminGroup: false,
  ldapGroupNames: [],
  ssoGroupNames: [],
  accessRight: {},
  ...given,
});

export const estateHost = (name: string, given: Partial<EstateHost> = {}): EstateHost => ({
  ...{ name, otherNames: [], addresses: [], hostGroup: null, networkZone: null },
  ...given,
});

/** A cluster to import, with its management zones as they are read. */
export interface ClusterToImport extends EstateCluster {
  readonly zones?: ObservedZones;
}

export const anEstate = ({ zones, ...given }: Partial<ClusterToImport> = {}): ClusterToImport => ({
  name: "emea",
  environments: [],
  groups: [],
  policyGroups: null,
  hosts: null,
  ...given,
  zoneRights: takeZones({ name: "emea", environments: [], groups: [], ...given }, zones).rights,
  ...(zones === undefined ? {} : { zones }),
});

/**
 * Imports an estate into an inventory that has nothing but its clusters, or these files, and gives what came of it. `damage`
 * puts something wrong into what is proposed.
 */
export async function importInto(
  estate: readonly ClusterToImport[],
  files: Readonly<Record<string, string>> = {},
  rule: CustomerRule | null = null,
  { damage = (text) => text }: { readonly damage?: (text: string) => string } = {},
): Promise<Imported> {
  const folder = mkdtempSync(join(tmpdir(), "dtsync-import-"));
  try {
    const clusters = estate.map(
      ({ name }) => `  ${name}: { url: https://${name}.example.com, token: { env: DTSYNC_TOKEN } }\n`,
    );
    const base = { "dtsync.yaml": `version: 1\nclusters:\n${clusters.join("")}`, ...files };
    const load = (texts: Readonly<Record<string, string>>, notes = createLoadNotes()) =>
      loadInventory({
        notes,
        ...{ directory: folder, set: [], rootCertificate: null, home: folder },
        files: inventoryFiles(folder, new Map(Object.entries(texts))),
      });
    const notes = createLoadNotes();
    const before = (await load(base, notes)).inventory;
    if (before === null) throw new Error("the inventory to begin with is invalid");
    const observed: Observed = {
      hosts: new Map(),
      clusters: new Map(
        estate.map(({ name, environments, groups, zones }) => [
          name,
          {
            ...{ version: null, requests: 0, quotasLicensed: true, warnings: [] },
            environments: { status: "complete", value: environments },
            groups: { status: "complete", value: groups },
            ...(zones === undefined ? {} : { zones }),
          },
        ]),
      ),
    };
    const existing = {
      inventory: before,
      hostSettings: new Map([...notes.environments].map(([{ id }, { levels }]) => [id, levels.oneagent.resolved])),
      settings: { text: base["dtsync.yaml"], exists: true, data: dataOf(base["dtsync.yaml"]) },
      customerFiles: new Map(
        Object.entries(base).flatMap(([path, text]) =>
          path.startsWith("customers/") ? [[path, { text, data: dataOf(text) }] as const] : [],
        ),
      ),
      paths: new Set(Object.keys(base)),
    };
    const limits = knownLimits();
    const withFiles = ({ files: proposed }: Proposal) => ({
      ...base,
      ...Object.fromEntries(proposed.map(({ path, text }) => [path, text])),
    });
    const proposal = await proveImport({
      propose: (choices) => {
        const proposed = proposeInventory({ clusters: estate, existing, rule, limits, choices });
        return { ...proposed, files: proposed.files.map((file) => ({ ...file, text: damage(file.text) })) };
      },
      load: (made) => load(withFiles(made)),
      observed,
      version: "0.0.0",
      now: new Date("2026-03-10T12:00:00Z"),
      before,
      signal: new AbortController().signal,
    });
    const texts = withFiles(proposal);
    const { inventory } = await load(texts);
    if (inventory === null) throw new Error("the imported inventory is invalid");
    return { proposal, inventory, texts };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function dataOf(text: string): Readonly<Record<string, unknown>> {
  return parseYaml(text, createPositions("dtsync.yaml", text)).value as Readonly<Record<string, unknown>>;
}
