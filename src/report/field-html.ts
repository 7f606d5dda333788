import type { FieldValues } from "../kinds/kind.ts";
import { sameValue, type Value } from "../lib/json.ts";
import { count, showValue } from "../lib/printable.ts";
import { shortened } from "../lib/text.ts";
import type { PageDetail } from "./page/fit-page.ts";
import { type Html, type HtmlValue, html } from "./page/html.ts";

type Sides = { readonly before: unknown; readonly after: unknown };

/** Fields with what is before and after; of lists what comes and goes. `sides`: of the change that they belong to. */
export function fieldsHtml(fields: readonly FieldValues[], sides: Sides, detail: PageDetail): HtmlValue {
  const shown = fields.length > 0 ? fields : takenFields(sides);
  if (shown.length === 0) return null;
  return html`<dl class="fields">${shown.map(
    (field) => html`<dt>${field.field}</dt><dd>${valuesHtml(field, sides, detail)}</dd>`,
  )}</dl>`;
}

/** What a removal names no fields of, but had. */
const takenFields = ({ before, after }: Sides): readonly FieldValues[] =>
  after === null && typeof before === "object" && before !== null && !Array.isArray(before)
    ? Object.entries(before as Readonly<Record<string, Value>>).map(([field, value]) => ({
        field,
        before: value,
        after: undefined,
      }))
    : [];

function valuesHtml({ before, after }: FieldValues, sides: Sides, detail: PageDetail): Html {
  if (Array.isArray(before) && Array.isArray(after)) return listHtml(before, after, detail);
  const show = (value: Value | undefined) => shortened(showValue(value), detail.value);
  if (sides.before === null || (before === undefined && after !== undefined)) return html`<ins>${show(after)}</ins>`;
  if (sides.after === null || after === undefined) return html`<del>${show(before)}</del>`;
  return html`<del>${show(before)}</del> → <ins>${show(after)}</ins>`;
}

function listHtml(before: readonly Value[], after: readonly Value[], { value, names }: PageDetail): Html {
  const without = (list: readonly Value[], others: readonly Value[]) =>
    list.filter((item) => !others.some((other) => sameValue(item, other)));
  const [lost, gained] = [without(before, after), without(after, before)];
  const show = (list: readonly Value[], mark: (text: string) => Html) => [
    list.slice(0, names).map((item) => html`${mark(shortened(showValue(item), value))} `),
    list.length > names && html`<span class="muted">and ${list.length - names} more</span> `,
  ];
  const kept = after.length - gained.length;
  return html`${show(lost, (text) => html`<del>${text}</del>`)}${show(gained, (text) => html`<ins>${text}</ins>`)}${
    kept > 0 &&
    html`<span class="muted">${lost.length + gained.length === 0 ? "another order" : `${count(kept, "other")} as before`}</span>`
  }`;
}
