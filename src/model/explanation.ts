import type { Value } from "../lib/json.ts";

/** Where a value stands; with `set` it was given by that path of `--set`, and the file is the one it was put into. */
export interface ValueSource {
  readonly file: string;
  readonly line: number;
  readonly set?: string;
}

export interface OverriddenValue {
  /** Null: there a value was taken away. */
  readonly value: Value;
  readonly source: ValueSource;
}

/** One role on the way from an access key to a permission, with the place that declares it. */
export interface RoleStep {
  readonly role: string;
  readonly source: ValueSource;
}

/** One item of a list whose items come from several places. */
export interface ExplainedElement {
  readonly value: Value;
  readonly source: ValueSource;
  /** Of a permission: the access key that gives it, as the file has it. */
  readonly key?: string;
  /** Of a permission: the roles that bring it, from the one that the access key names inwards. */
  readonly roles?: readonly RoleStep[];
}

/** The effective value of one setting. */
export interface ExplainedSetting {
  /** Null: nothing is declared, because a nearer level takes away what was. */
  readonly value: Value;
  /** Null: what holds where nothing is declared. */
  readonly source: ValueSource | null;
  /** What the value took the place of, the nearest first. */
  readonly overrides: readonly OverriddenValue[];
  /** Of lists that add up. */
  readonly elements?: readonly ExplainedElement[];
  /** The text with placeholders that the value was made of. */
  readonly template?: string;
  /** The environment variable that gives the value. */
  readonly variable?: string;
}

/** `explain --format json`. Settings are in the order in which they are shown. */
export interface Explanation {
  readonly format: "dtsync-explain/1";
  /** `environment/ID`, `group/CLUSTER/NAME`, `permission/CLUSTER/GROUP/ENVIRONMENT`, `host/NAME`. */
  readonly id: string;
  /** By path, for example `oneagent.version`; `access.ID` holds the permissions of a group on an environment. */
  readonly settings: Readonly<Record<string, ExplainedSetting>>;
}
