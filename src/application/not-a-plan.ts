import { extname } from "node:path";

/** What a file is that was given in place of a plan, to go on after its name, and what to type. */
export interface OtherFile {
  readonly what: string;
  readonly hint: string;
}

const planHint = "make a plan with dtsync plan --out FILE, and give that file to dtsync apply";

export const inventoryHint =
  "to apply the inventory, name its folder with --inventory, and a part of it with --target; a plan is made with dtsync plan --out FILE";

/** Documents of dtsync by their format. */
const documents: Readonly<Record<string, OtherFile>> = {
  "dtsync-apply": { what: "the report of an apply, which says what was done", hint: planHint },
  "dtsync-validate": { what: "the report of a validation", hint: planHint },
  "dtsync-diff": { what: "the JSON of dtsync diff, which knows nothing of what is there", hint: planHint },
  "dtsync-explain": { what: "the JSON of dtsync explain", hint: planHint },
  "dtsync-fmt": { what: "the JSON of dtsync fmt", hint: planHint },
  "dtsync-error": {
    what: "the JSON of a run that failed",
    hint: "do what its error says, then make a plan with dtsync plan --out FILE",
  },
  "dtsync-sandbox": { what: "the state of a sandbox", hint: "give it to dtsync sandbox --state FILE" },
};

/** What the document is that a file holds as JSON; null: it may be a plan. */
export function documentInPlaceOfPlan(value: unknown): OtherFile | null {
  const format = typeof value === "object" && value !== null && "format" in value ? String(value.format) : "";
  const name = format.replace(/\/\d{1,6}$/, "");
  return Object.hasOwn(documents, name) ? (documents[name] ?? null) : null;
}

/** What a file is that is no JSON, as far as its name tells. */
export function fileInPlaceOfPlan(file: string): OtherFile {
  if (/^\.ya?ml$/i.test(extname(file))) {
    return { what: "a YAML file", hint: inventoryHint };
  }
  return { what: /^\.json$/i.test(extname(file)) ? "no valid JSON" : "no JSON", hint: planHint };
}
