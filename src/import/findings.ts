import type { Remark } from "../model/estate.ts";

/** What a finding is about. */
export interface FindingItem {
  readonly text: string;
  /** Id of an environment, or name of a group, in whose file it belongs; both are left out where nothing declares it. */
  readonly environment?: string;
  readonly group?: string;
}

/** Something that a person should look at: it ends an import, and is a comment in the files that it writes. */
export interface Finding {
  readonly about: string;
  readonly items: readonly FindingItem[];
}

export const asFinding = ({ about, items }: Remark): Finding => ({ about, items: items.map((text) => ({ text })) });

export const asRemark = ({ about, items }: Finding): Remark => ({ about, items: items.map(({ text }) => text) });
