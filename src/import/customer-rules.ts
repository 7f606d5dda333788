import type { ObservedEnvironment } from "../model/observed.ts";

/** The customer that a text names. */
export interface NamedCustomer {
  readonly id: string;
  /** The text, where it is too long to be the id as a whole; null: it is not. */
  readonly longName: string | null;
}

/** Whose an environment is, and the stage key that it has there, where that is known. */
export interface CustomerTold {
  readonly customer: NamedCustomer;
  readonly key: string | null;
}

/** Says of environments whose they are; null: it does not know. */
export type CustomerRule = (environment: ObservedEnvironment) => CustomerTold | null;

/** What a rule looks at. */
export type RuleSubject = "tag" | "name" | "id";

/** A rule by a pattern: the first group of what matches is the customer. `customerOf` makes an id of that text; null: it cannot. */
export function patternRule(
  subject: RuleSubject,
  pattern: RegExp,
  customerOf: (text: string) => NamedCustomer | null,
): CustomerRule {
  return ({ id, name, tags }) => {
    const texts = subject === "tag" ? tags : [subject === "name" ? name : id];
    for (const text of texts) {
      const customer = customerOf(pattern.exec(text)?.[1] ?? "");
      if (customer !== null) return { customer, key: null };
    }
    return null;
  };
}

/** A rule by a table of id, customer and stage, the last of which may be missing. Ids are compared without regard to case. */
export function tableRule(
  rows: readonly (readonly string[])[],
  customerOf: (text: string) => NamedCustomer | null,
): CustomerRule {
  const told = new Map<string, CustomerTold>();
  for (const [id = "", text = "", key = ""] of rows) {
    const customer = customerOf(text);
    if (customer !== null) told.set(id.toLowerCase(), { customer, key: key === "" ? null : key });
  }
  return ({ id }) => told.get(id.toLowerCase()) ?? null;
}

/** Several rules: the first that knows. */
export const firstRule =
  (rules: readonly CustomerRule[]): CustomerRule =>
  (environment) => {
    for (const rule of rules) {
      const told = rule(environment);
      if (told !== null) return told;
    }
    return null;
  };
