import { globMatcher } from "../lib/glob.ts";
import { compareText } from "../lib/text.ts";
import type { PlacedEnvironment } from "./place-environments.ts";
import { slug, takeName } from "./slug.ts";

/** `match` of a group, as a file declares it. */
export interface MatchFields {
  readonly customer?: readonly string[];
  readonly environment?: string | readonly string[];
  readonly stage?: string | readonly string[];
  readonly cluster?: string | readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a template has to match, and the label that the environments need for it. */
interface FoundMatch {
  readonly fields: MatchFields | null;
  readonly label: string | null;
}

/** What an environment is, by what a match can name; `shape` and `length` are closer forms of `environment`. */
type Dimension = "cluster" | "stage" | "environment" | "shape" | "length";

/** Tried in this order: the shortest that says it is the best. */
const combinations: readonly (readonly Dimension[])[] = [
  [],
  ["environment"],
  ["cluster"],
  ["stage"],
  ["environment", "stage"],
  ["cluster", "stage"],
  ["cluster", "environment"],
  ["cluster", "environment", "stage"],
  ...(["shape", "length"] as const).flatMap((form) => [
    [form],
    [form, "stage" as const],
    ["cluster" as const, form],
    ["cluster" as const, form, "stage" as const],
  ]),
];

const marks = (text: string): string => "?".repeat(text.length);

/** Globs over ids that an environment is one of, from the most general on; null: it has an id of its own. */
function globOf(
  { template, customer, key }: PlacedEnvironment,
  form: "environment" | "shape" | "length",
): string | null {
  if (template === null) return null;
  const [ofCustomer, ofKey] =
    form === "environment" ? ["*", "*"] : [marks(customer), form === "shape" ? "*" : marks(key)];
  return template.replace("{customer}", ofCustomer).replace("{key}", ofKey);
}

const mostListed = 12;
const longestLabel = 31;
/** The value of labels that say that a template makes a group. */
export const labelValue = "yes";

/** A match that the wanted environments and no others have; all have it without fields. Null: there is none of this kind. */
export function matchByForm(
  wanted: ReadonlySet<PlacedEnvironment>,
  all: readonly PlacedEnvironment[],
): MatchFields | null {
  for (const dimensions of combinations) {
    const fields = fieldsFor(dimensions, wanted);
    if (fields === null) continue;
    const matches = matcherOf(fields);
    if (all.every((environment) => wanted.has(environment) || !matches(environment))) return compact(fields);
  }
  return null;
}

/**
 * A match that the wanted environments and no others have: by cluster, stage and form of the id, which an environment that comes
 * later has by itself; else by a few customers, else by a label. `name`: of the group, for the label; `taken`: labels that are in use.
 */
export function findMatch(
  name: string,
  wanted: ReadonlySet<PlacedEnvironment>,
  all: readonly PlacedEnvironment[],
  taken: Set<string>,
): FoundMatch {
  const form = matchByForm(wanted, all);
  if (form !== null) return { fields: Object.keys(form).length === 0 ? null : form, label: null };
  const customers = new Set([...wanted].map(({ customer }) => customer));
  if (customers.size <= mostListed && all.filter(({ customer }) => customers.has(customer)).length === wanted.size) {
    return { fields: { customer: [...customers].sort(compareText) }, label: null };
  }
  const words = slug(name.replaceAll(/\{\w+\}/g, " "));
  const label = takeName(/^[a-z]/.test(words) ? words : "group", taken, longestLabel);
  return { fields: { labels: { [label]: labelValue } }, label };
}

interface Fields {
  readonly cluster?: readonly string[];
  readonly stage?: readonly string[];
  readonly environment?: readonly string[];
}

function fieldsFor(dimensions: readonly Dimension[], wanted: ReadonlySet<PlacedEnvironment>): Fields | null {
  const environments = [...wanted];
  const fields: Record<string, readonly string[]> = {};
  for (const dimension of dimensions) {
    const values = environments.map((environment) => {
      if (dimension === "cluster") return environment.cluster;
      if (dimension === "stage") return environment.stage;
      return globOf(environment, dimension) ?? "";
    });
    const unique = [...new Set(values)].sort(compareText);
    if (unique.includes("") || unique.length > mostListed) return null;
    fields[dimension === "cluster" || dimension === "stage" ? dimension : "environment"] = unique;
  }
  return fields;
}

function matcherOf({ cluster, stage, environment }: Fields): (subject: PlacedEnvironment) => boolean {
  const globs = environment?.map(globMatcher);
  return (subject) =>
    (cluster === undefined || cluster.includes(subject.cluster)) &&
    (stage === undefined || stage.includes(subject.stage)) &&
    (globs === undefined || globs.some((matches) => matches(subject.observed.id)));
}

/** A list of one is that one. */
const compact = (fields: Fields): MatchFields =>
  Object.fromEntries(
    (["environment", "stage", "cluster"] as const).flatMap((key) => {
      const values = fields[key];
      return values === undefined ? [] : [[key, values.length === 1 ? values[0] : values]];
    }),
  );
