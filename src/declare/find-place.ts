import { usageError } from "../errors.ts";
import { suggest } from "../load/diagnostics/suggest.ts";
import { stageOf } from "../load/schema/environment-keys.ts";
import type { SettingsEntry } from "../load/schema/file-types.ts";
import { defaultIdTemplate } from "../load/settings/id-template.ts";
import { customerFile, type DeclaredFiles, dataOf } from "./declared-files.ts";

/** The customer and key of an environment that is to be declared. */
export interface EnvironmentPlace {
  readonly customer: string;
  readonly key: string;
  /** It has no file yet. */
  readonly isNew: boolean;
}

interface Wanted {
  /** Customer and key in the form in which ids are made. */
  readonly id: string;
  /** Null: by the id. */
  readonly customer: string | null;
  /** It gets an id of its own, so that its key need not be a stage and a number. */
  readonly hasOwnId: boolean;
}

/**
 * Whose environment an id is and which key it has there, by the templates that ids are made with: of the customers that there
 * are, else of a new one. Throws a usage error where it is none or several of them.
 */
export function findPlace({ id, customer, hasOwnId }: Wanted, declared: DeclaredFiles): EnvironmentPlace {
  const common = commonTemplate(declared);
  const known = declared.inventory.customers.map((found) => found.id);
  const isKey = (key: string): boolean => stageOf(key) !== null || (hasOwnId && /^[a-z][a-z0-9-]*$/.test(key));
  const places = known.flatMap((name) =>
    (customer === null || customer === name) && mayBeOf(name, id)
      ? splits(id, templateOf(name, common, declared)).flatMap((split) =>
          split.customer === name && isKey(split.key) ? [{ ...split, isNew: false }] : [],
        )
      : [],
  );
  const isNewCustomer = customer !== null ? !known.includes(customer) : places.length === 0;
  const found = isNewCustomer
    ? splits(id, common).flatMap((split) => {
        const fits = customer === null ? isCustomer(split.customer) : split.customer === customer;
        return fits && isKey(split.key) && !known.includes(split.customer) ? [{ ...split, isNew: true }] : [];
      })
    : places;
  const [place, other] = found;
  if (place && !other) return place;
  if (place) {
    const names = found.map((one) => `${one.customer} (key ${one.key})`).join(", ");
    throw usageError(`${id} may be an environment of several customers: ${names}`, "Say which one with --customer.");
  }
  const template = customer !== null && known.includes(customer) ? templateOf(customer, common, declared) : common;
  const near = customer === null ? null : suggest(customer, known);
  throw usageError(
    `${id} is not made as ids are here: by ${template}, with a key such as p1`,
    near !== null && customer !== near
      ? `Did you mean --customer ${near}?`
      : "Write customer and key in this form. For an environment with another id give that as --id besides.",
  );
}

/** A quick look: a template has the customer's id in what it makes. */
const mayBeOf = (customer: string, id: string): boolean => id.includes(customer);

const isCustomer = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,48}[a-z0-9]$/.test(text);

/** The ways in which a template can have made an id. */
function splits(id: string, template: string): readonly { readonly customer: string; readonly key: string }[] {
  const [start = "", first, between = "", , end = ""] = template.split(/(\{customer\}|\{key\})/);
  if (!id.startsWith(start) || !id.endsWith(end) || id.length < start.length + end.length) return [];
  const inner = id.slice(start.length, id.length - end.length);
  const found: { readonly customer: string; readonly key: string }[] = [];
  for (let at = 1; at + between.length < inner.length; at += 1) {
    if (!inner.startsWith(between, at)) continue;
    const [left, right] = [inner.slice(0, at), inner.slice(at + between.length)];
    found.push(first === "{customer}" ? { customer: left, key: right } : { customer: right, key: left });
  }
  return found;
}

function commonTemplate({ read }: DeclaredFiles): string {
  const settings = dataOf(read("dtsync.yaml") ?? "") as Partial<SettingsEntry> | null | undefined;
  return settings?.defaults?.environmentId ?? defaultIdTemplate;
}

function templateOf(customer: string, common: string, declared: DeclaredFiles): string {
  const { entry } = customerFile(declared, customer);
  if (entry.environmentId === undefined) return common;
  return entry.environmentId ?? defaultIdTemplate;
}
