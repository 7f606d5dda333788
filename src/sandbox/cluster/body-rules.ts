import { bodyViolation, type Violation } from "./answers.ts";

/** Checks a value and adds what is wrong with it. Paths are dotted, with `[n]` for places in a list. */
export type Rule = (value: unknown, path: string, violations: Violation[]) => void;

interface Member {
  readonly rule: Rule;
  readonly required: boolean;
}

export function required(rule: Rule): Member {
  return { rule, required: true };
}

export function optional(rule: Rule): Member {
  return { rule, required: false };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** A closed object: a member that it does not name is a violation. */
export function objectOf(members: Readonly<Record<string, Member>>, least = 0): Rule {
  return (value, path, violations) => {
    if (!isObject(value)) {
      violations.push(bodyViolation(path, "must be an object"));
      return;
    }
    let count = 0;
    for (const name of Object.keys(value)) {
      const member = Object.hasOwn(members, name) ? members[name] : undefined;
      if (member === undefined) violations.push(bodyViolation(below(path, name), `Unknown property '${name}'`));
      else {
        count += 1;
        member.rule(value[name], below(path, name), violations);
      }
    }
    for (const [name, member] of Object.entries(members)) {
      if (member.required && !Object.hasOwn(value, name)) {
        violations.push(bodyViolation(below(path, name), "must not be null"));
      }
    }
    if (count < least) violations.push(bodyViolation(path, `at least ${least} property must be given`));
  };
}

export function mapOf(rule: Rule): Rule {
  return (value, path, violations) => {
    if (!isObject(value)) violations.push(bodyViolation(path, "must be an object"));
    else for (const [name, item] of Object.entries(value)) rule(item, below(path, name), violations);
  };
}

/** An object whose further members are free. */
export function openObjectOf(members: Readonly<Record<string, Member>>): Rule {
  return (value, path, violations) => {
    if (!isObject(value)) {
      violations.push(bodyViolation(path, "must be an object"));
      return;
    }
    for (const [name, member] of Object.entries(members)) {
      if (Object.hasOwn(value, name)) member.rule(value[name], below(path, name), violations);
      else if (member.required) violations.push(bodyViolation(below(path, name), "must not be null"));
    }
  };
}

export function textOf(options: { least?: number; most?: number; pattern?: RegExp } = {}): Rule {
  const { least = 0, most = Number.POSITIVE_INFINITY, pattern } = options;
  return (value, path, violations) => {
    if (typeof value !== "string") violations.push(bodyViolation(path, "must be a string"));
    else if (value.length < least || value.length > most) {
      const range = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `between ${least} and ${most}`;
      violations.push(bodyViolation(path, `size must be ${range}`));
    } else if (pattern !== undefined && !pattern.test(value)) {
      violations.push(bodyViolation(path, `must match "${pattern.source}"`));
    }
  };
}

export function wordOf(words: readonly string[]): Rule {
  return (value, path, violations) => {
    if (typeof value !== "string" || !words.includes(value)) {
      violations.push(bodyViolation(path, `must be one of ${words.join(", ")}`));
    }
  };
}

export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): Rule {
  return (value, path, violations) => {
    if (!Number.isInteger(value)) violations.push(bodyViolation(path, "must be an integer"));
    else if ((value as number) < least || (value as number) > most) {
      violations.push(bodyViolation(path, `must be between ${least} and ${most}`));
    }
  };
}

export const truth: Rule = (value, path, violations) => {
  if (typeof value !== "boolean") violations.push(bodyViolation(path, "must be a boolean"));
};

export function nullable(rule: Rule): Rule {
  return (value, path, violations) => {
    if (value !== null) rule(value, path, violations);
  };
}

export function listOf(rule: Rule, options: { least?: number; most?: number; unique?: boolean } = {}): Rule {
  const { least = 0, most = Number.POSITIVE_INFINITY, unique = false } = options;
  return (value, path, violations) => {
    if (!Array.isArray(value)) {
      violations.push(bodyViolation(path, "must be an array"));
      return;
    }
    if (value.length < least || value.length > most) {
      violations.push(bodyViolation(path, least > value.length ? "must not be empty" : `at most ${most} entries`));
    }
    value.forEach((item, index) => {
      rule(item, `${path}[${index}]`, violations);
    });
    if (unique && new Set(value).size !== value.length) {
      violations.push(bodyViolation(path, "entries must be unique"));
    }
  };
}

export const environmentId: Rule = textOf({ pattern: /^[a-zA-Z0-9_-]{1,70}$/ });
export const textSet: Rule = listOf(textOf(), { unique: true });

export const duration: Rule = objectOf({
  value: required(wholeNumber(1)),
  unit: optional(wordOf(["DAYS", "HOURS", "MINUTES", "SECONDS", "MILLIS"])),
});

const milliseconds: Readonly<Record<string, number>> = {
  DAYS: 86_400_000,
  HOURS: 3_600_000,
  MINUTES: 60_000,
  SECONDS: 1000,
  MILLIS: 1,
};

/** A duration of the API in milliseconds; the unit is milliseconds where it is left out. */
export function durationMilliseconds(value: { readonly value: number; readonly unit?: string }): number {
  return value.value * (milliseconds[value.unit ?? "MILLIS"] ?? 1);
}

export function violationsOf(rule: Rule, value: unknown): readonly Violation[] {
  const violations: Violation[] = [];
  rule(value, "", violations);
  return violations;
}
