import type { YamlMapping } from "../edit/edit.ts";
import type { Remark } from "../model/estate.ts";
import type { Inventory } from "../model/inventory.ts";
import type { OwnLimits, SharedValues } from "./environment-values.ts";
import type { HostSettings } from "./hosts-entry.ts";
import type { TemplateCount } from "./id-templates.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import type { PlacedGroups } from "./place-groups.ts";
import type { PlacedHosts } from "./place-hosts.ts";

/** The inventory that is there, perhaps with nothing but clusters in it. */
export interface ExistingInventory {
  readonly inventory: Pick<Inventory, "clusters" | "environments" | "groups" | "customers" | "hosts" | "hostCommands">;
  /** What the hosts of each environment start from, by its id. */
  readonly hostSettings: ReadonlyMap<string, HostSettings>;
  /** dtsync.yaml: its text, whether that is on the disk, and its data. */
  readonly settings: {
    readonly text: string;
    readonly exists: boolean;
    readonly data: Readonly<Record<string, unknown>>;
  };
  /** Files that declare customers, by path: their texts and data. */
  readonly customerFiles: ReadonlyMap<string, DeclaredFile>;
  /** Paths that are taken. */
  readonly paths: ReadonlySet<string>;
}

export interface DeclaredFile {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What an earlier proposal could not prove, and how this one goes without it. */
export interface Choices {
  /** Groups from templates, and values that many environments share. */
  readonly templates: boolean;
  /** Names of templates that are not meant. */
  readonly leftTemplates: ReadonlySet<string>;
  readonly shared: boolean;
  /** Ids in lower case of environments of which only id, cluster and state are declared. */
  readonly bare: ReadonlySet<string>;
  /** The same of environments that are not declared. */
  readonly leftOut: ReadonlySet<string>;
  /** Ids in lower case of environments that are declared already and get no hosts. */
  readonly withoutHosts: ReadonlySet<string>;
  /** Groups as `CLUSTER/NAME` of which everything but their rights is declared. */
  readonly bareGroups: ReadonlySet<string>;
  /** The same of groups that are not declared. */
  readonly leftOutGroups: ReadonlySet<string>;
  /** Those of them that the inventory declares all the same, by a template that it had before. */
  readonly madeGroups: ReadonlySet<string>;
}

export interface ProposedFile {
  /** Relative to the inventory folder. */
  readonly path: string;
  readonly text: string;
  /** What is there now; null: nothing. */
  readonly before: string | null;
  /** Ids of new environments, and names of groups, that it declares. */
  readonly environments: readonly string[];
  readonly groups: readonly string[];
  /** Declared environments that get hosts in it. */
  readonly environmentsWithHosts: readonly string[];
}

export interface Proposal {
  /** dtsync.yaml first. */
  readonly files: readonly ProposedFile[];
  readonly templates: readonly TemplateCount[];
  /** What is new in it. */
  readonly counts: {
    readonly customers: number;
    readonly environments: number;
    readonly groups: number;
    readonly hosts: number;
  };
  readonly remarks: readonly Remark[];
}

/** What the files of a proposal are made from. */
export interface ProposalBasis {
  readonly existing: ExistingInventory;
  readonly shared: SharedValues;
  readonly sharesValues: boolean;
  readonly groups: PlacedGroups;
  readonly limits: ReadonlyMap<PlacedEnvironment, OwnLimits>;
  readonly choices: Choices;
  readonly hosts: PlacedHosts;
  readonly defaultsOf: Defaults;
}

/** What holds where a customer says nothing, after the import. */
export interface Defaults {
  readonly cluster: string | null;
  readonly template: string;
  /** What of it has to be added to dtsync.yaml. */
  readonly added: YamlMapping;
}

/** Those of which more is declared than id, cluster and state. */
export const fullyDeclared = (
  environments: readonly PlacedEnvironment[],
  { bare }: Choices,
): readonly PlacedEnvironment[] => environments.filter(({ observed }) => !bare.has(observed.id.toLowerCase()));
