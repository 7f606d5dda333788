/**
 * Terms: a *shape* is the description of one JSON type. It is a function that takes a value and gives it back typed, or
 * throws a ShapeMismatch that names the place.
 *
 * Premise: what a cluster answers is compared with the inventory and, for a group, written back. A value of another type
 * than is documented must therefore never be taken for an empty one: it would plan a creation, or take rights away.
 *
 * Cases: a member that is not described is passed over, because new versions add some. A member that is described must be
 * there and of its type, unless its shape says that it may be null or absent. The message tells the type that was found
 * and never the value, which may be a secret.
 *
 * Written here rather than compiled from JSON Schemas: the types of the program are inferred from the same description,
 * nothing has to be loaded or built, and 5,000 environments are parsed and checked in about a twentieth of a second.
 */
export type Shape<T> = (value: unknown) => T;

/** The type that a shape describes. */
type Described<S> = S extends Shape<infer T> ? T : never;

/** A value that is not of the documented type; the message names its place and the type that was found. */
export class ShapeMismatch extends Error {
  readonly #problem: string;
  readonly #place: string;

  /** `problem`: what stands behind the place in the message. */
  constructor(problem: string, place = "") {
    super(`${place === "" ? "it" : place} ${problem}`);
    this.name = "ShapeMismatch";
    this.#problem = problem;
    this.#place = place;
  }

  /** The same, with its place seen from the object or list around it: `name` or `[3]`. */
  within(around: string): ShapeMismatch {
    const between = this.#place === "" || this.#place.startsWith("[") ? "" : ".";
    return new ShapeMismatch(this.#problem, `${around}${between}${this.#place}`);
  }
}

/** Places are put together only where something is wrong: there are as many of them as values. */
const placed = (error: unknown, around: string): unknown =>
  error instanceof ShapeMismatch ? error.within(around) : error;

function mismatch(value: unknown, wanted: string): never {
  throw new ShapeMismatch(`is ${typeName(value)}, not ${wanted}`);
}

function typeName(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (value === "") return "an empty text";
  const names: Readonly<Record<string, string>> = { string: "a text", number: "a number", boolean: "true or false" };
  const name = names[typeof value] ?? "an object";
  return typeof value === "string" || typeof value === "number" ? `${name} of another kind` : name;
}

function kindShape<T>(is: (value: unknown) => value is T, wanted: string): Shape<T> {
  return (value) => (is(value) ? value : mismatch(value, wanted));
}

/** Any text, the empty one included. */
export const text = kindShape((value): value is string => typeof value === "string", "a text");

export const truth = kindShape((value): value is boolean => typeof value === "boolean", "true or false");

export const wholeNumber = kindShape(
  (value): value is number => typeof value === "number" && Number.isInteger(value),
  "a whole number",
);

/** A whole number that is not below 0. */
export const count = kindShape(
  (value): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0,
  "a whole number from 0 on",
);

/** A text that the pattern matches; `wanted` says in words what that is. */
export const textLike = (pattern: RegExp, wanted: string): Shape<string> =>
  kindShape((value): value is string => typeof value === "string" && pattern.test(value), wanted);

export const oneOf = <T extends string>(...values: readonly T[]): Shape<T> =>
  kindShape((value): value is T => values.some((known) => known === value), values.join(" or "));

export function list<T>(item: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return mismatch(value, "a list");
    let index = 0;
    try {
      const found: T[] = [];
      for (; index < value.length; index += 1) found.push(item(value[index]));
      return found;
    } catch (error) {
      throw placed(error, `[${index}]`);
    }
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object whose members all have one type, under any names. */
export function mapOf<T>(member: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return mismatch(value, "an object");
    let name = "";
    try {
      const found: [string, T][] = [];
      for (const key of Object.keys(value)) {
        name = key;
        found.push([key, member(value[key])]);
      }
      // Not by assignment: a member that is called __proto__ would vanish.
      return Object.fromEntries(found);
    } catch (error) {
      throw placed(error, name);
    }
  };
}

type Members = Readonly<Record<string, Shape<unknown>>>;
type MayBeAbsent<M extends Members> = {
  [K in keyof M]: undefined extends Described<M[K]> ? K : never;
}[keyof M];
type ObjectOf<M extends Members> = { readonly [K in Exclude<keyof M, MayBeAbsent<M>>]: Described<M[K]> } & {
  readonly [K in MayBeAbsent<M>]?: Exclude<Described<M[K]>, undefined>;
};

/** An object with these members; others are passed over. */
export function object<M extends Members>(members: M): Shape<ObjectOf<M>> {
  const described = Object.entries(members);
  return (value) => {
    if (!isObject(value)) return mismatch(value, "an object");
    let at = "";
    try {
      const found: Record<string, unknown> = {};
      for (const [name, shape] of described) {
        at = name;
        const member = shape(Object.hasOwn(value, name) ? value[name] : undefined);
        if (member !== undefined) found[name] = member;
      }
      return found as ObjectOf<M>;
    } catch (error) {
      throw placed(error, at);
    }
  };
}

/** A member that may be absent. */
export const optional =
  <T>(shape: Shape<T>): Shape<T | undefined> =>
  (value) =>
    value === undefined ? undefined : shape(value);

/** A value that may be null. */
export const orNull =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value) =>
    value === null ? null : shape(value);

/** A member that may be null or absent, which both mean the same: null. */
export const orNothing =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value) =>
    value === null || value === undefined ? null : shape(value);

const listOfTexts = list(text);

/** A text or a list of texts, as different versions give the same thing. */
export const textOrTexts: Shape<string | readonly string[]> = (value) =>
  Array.isArray(value) ? listOfTexts(value) : text(value);

/** The value of a shape as the program wants it. */
export const mapped =
  <From, To>(shape: Shape<From>, convert: (value: From) => To): Shape<To> =>
  (value) =>
    convert(shape(value));
