/** What every change has, whatever its kind. */
export interface ChangeBase {
  /** `environment/ID`, `group/CLUSTER/NAME`, `permission/CLUSTER/GROUP/ENVIRONMENT`, `zone-permission/CLUSTER/GROUP/ENVIRONMENT/ZONE`, `host/NAME`. */
  readonly id: string;
  readonly cluster: string;
  /** Where the inventory declares what it is about. */
  readonly source: { readonly file: string; readonly line: number };
  /** Ids of changes of the same plan that must be done first. */
  readonly dependsOn: readonly string[];
  /** With --base: who caused it. */
  readonly origin: "change" | "pending" | "drift" | null;
  readonly notes: readonly string[];
}

/** A name as a part of a change id: `%` and `/` would make it ambiguous. */
export function encodeIdPart(name: string): string {
  return name.replaceAll("%", "%25").replaceAll("/", "%2F");
}

/** Undoes it. */
export const decodeIdPart = (part: string): string =>
  part.replace(/%(2F|25)/gi, (_all, code: string) => (code === "25" ? "%" : "/"));

/** Who a change is about, in the columns that every kind has; null where one does not apply. */
export interface ChangeColumns {
  readonly kind: string;
  readonly customer: string | null;
  readonly environment: string | null;
  readonly group: string | null;
  readonly host: string | null;
}

/** What a change does. */
export interface ChangeContent {
  readonly action: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly fields: readonly string[];
}

/** A change of a plan, its members in the order in which every plan has them. Nothing is known of its origin yet. */
export function makeChange<Columns extends ChangeColumns, Content extends ChangeContent>(
  about: Pick<ChangeBase, "id" | "cluster" | "source" | "dependsOn" | "notes">,
  columns: Columns,
  content: Content,
): ChangeBase & Columns & Content {
  const { kind, customer, environment, group, host, ...own } = columns;
  const { action, before, after, fields } = content;
  const { id, cluster, source, dependsOn, notes } = about;
  return {
    ...{ id, kind, action, cluster, customer, environment, group, host, ...own },
    ...{ before, after, fields, source, dependsOn, origin: null, notes },
  } as ChangeBase & Columns & Content;
}

/** Where something is declared, as changes name it. */
export const sourceOf = ({ place }: { readonly place: ChangeBase["source"] }): ChangeBase["source"] => ({
  file: place.file,
  line: place.line,
});
