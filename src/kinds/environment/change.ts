import type { ChangeBase } from "../change.ts";

export type EnvironmentAction = "create" | "update" | "disable" | "enable" | "delete";

export type LimitKind = "quotas" | "storage";

/** A limit by its path, for example `quotas.hostUnits.maxLimit`. */
export type LimitField = `${LimitKind}.${string}.${string}`;

/** Fields that are compared as a whole; limits are compared one by one. */
export type WholeField = "name" | "state" | "trial" | "tags";

/** What of an environment is compared, as `fields` of a change names it. */
export type EnvironmentField = WholeField | LimitField;

/** A limit, or that there is none. */
type LimitValue = number | "unlimited";

/** Limits by group and member, for example `{ hostUnits: { maxLimit: 100 } }`. */
type LimitSide = Readonly<Record<string, Readonly<Record<string, LimitValue>>>>;

/** What a change holds of an environment on one side: only what it is about. */
export interface EnvironmentSide {
  readonly name?: string;
  readonly state?: "enabled" | "disabled";
  readonly trial?: boolean;
  /** Sorted. */
  readonly tags?: readonly string[];
  readonly quotas?: LimitSide;
  readonly storage?: LimitSide;
}

export interface EnvironmentColumns {
  readonly kind: "environment";
  readonly customer: string;
  readonly environment: string;
  readonly group: null;
  readonly host: null;
}

export const environmentColumns = (environment: {
  readonly id: string;
  readonly customer: string;
}): EnvironmentColumns => ({
  kind: "environment",
  customer: environment.customer,
  environment: environment.id,
  group: null,
  host: null,
});

/** What a change does to an environment: created from nothing, changed in some fields, or deleted. */
export type EnvironmentContent =
  | {
      readonly action: "create";
      readonly before: null;
      readonly after: EnvironmentSide;
      readonly fields: readonly EnvironmentField[];
    }
  | {
      readonly action: "update" | "disable" | "enable";
      readonly before: EnvironmentSide;
      readonly after: EnvironmentSide;
      readonly fields: readonly EnvironmentField[];
    }
  | {
      readonly action: "delete";
      readonly before: EnvironmentSide;
      readonly after: null;
      readonly fields: readonly never[];
    };

export type EnvironmentChange = ChangeBase & EnvironmentColumns & EnvironmentContent;

/** The same in what two revisions declare, where a side may be absent or not declared at all. */
export interface DeclaredEnvironmentSide extends Omit<EnvironmentSide, "state"> {
  readonly state?: "enabled" | "disabled" | "absent";
}

export interface DeclaredEnvironmentContent {
  readonly action: EnvironmentAction;
  readonly before: DeclaredEnvironmentSide | null;
  readonly after: DeclaredEnvironmentSide | null;
  readonly fields: readonly EnvironmentField[];
}

export type DeclaredEnvironmentChange = ChangeBase & EnvironmentColumns & DeclaredEnvironmentContent;

export const environmentChangeId = (id: string): string => `environment/${id}`;
