import { asList } from "../schema/as-list.ts";
import type { AccessEntry, TextOrList } from "../schema/file-types.ts";
import type { Container } from "../yaml/positions.ts";

/** Rights as they stand in a file, and where. */
export interface WrittenRights {
  /** Undefined: it is not usable, which is reported. */
  readonly value: TextOrList | undefined;
  /** The map that holds them, and under which key. */
  readonly map: Container;
  readonly key: string;
}

/** What one value of `access` declares, as it is written. */
export interface WrittenAccess {
  /** On the whole environment; null: none is written. */
  readonly whole: WrittenRights | null;
  readonly managementZones: readonly WrittenRights[];
}

/** Reads one value of `access`; null: there is none, or it is not usable. */
export function writtenAccess(access: Readonly<Record<string, AccessEntry | null>>, key: string): WrittenAccess | null {
  const entry = access[key];
  if (entry === null || entry === undefined) return null;
  if (isRights(entry)) return { whole: { value: entry, map: access, key }, managementZones: [] };
  const { permissions, managementZones } = entry;
  const whole =
    permissions === null || !("permissions" in entry) ? null : { value: permissions, map: entry, key: "permissions" };
  const zones = Object.entries(managementZones ?? {}).flatMap(([name, value]) =>
    value === null || !managementZones ? [] : [{ value, map: managementZones, key: name }],
  );
  return { whole, managementZones: zones };
}

const isRights = (entry: AccessEntry): entry is TextOrList => typeof entry === "string" || Array.isArray(entry);

/** All names of roles and permissions in it; undefined stands for what is not usable. */
export function namesIn({ whole, managementZones }: WrittenAccess): readonly (string | undefined)[] {
  return [...(whole === null ? [] : [whole]), ...managementZones].flatMap(
    ({ value }): readonly (string | undefined)[] => (typeof value === "string" ? [value] : (value ?? [undefined])),
  );
}

/** The usable names of rights. */
export const rightsIn = ({ value }: WrittenRights): readonly string[] => (value === undefined ? [] : asList(value));
