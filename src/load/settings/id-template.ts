import type { ValuePlace } from "../diagnostics/diagnostics.ts";
import { type Positions, valuePlace } from "../yaml/positions.ts";

/** How the ids of environments are made that have none of their own. */
export interface IdTemplate {
  /** Holds `{customer}` and `{key}` once each. */
  readonly text: string;
  readonly where: ValuePlace;
}

/** What holds where no template is declared. */
export const defaultIdTemplate = "{customer}-{key}";

/** The template that holds below a map; null where none is declared, or it is taken away. */
export function readIdTemplate(
  declared: { readonly environmentId?: string | null | undefined },
  above: IdTemplate | null,
  positions: Positions,
): IdTemplate | null {
  const { environmentId } = declared;
  if (environmentId === undefined) return above;
  return environmentId === null
    ? null
    : { text: environmentId, where: valuePlace(positions, declared, "environmentId") };
}

/** The id that a template makes of a customer and a key. */
export const fillIdTemplate = (template: IdTemplate | null, customer: string, key: string): string =>
  (template?.text ?? defaultIdTemplate).replace("{customer}", () => customer).replace("{key}", () => key);
