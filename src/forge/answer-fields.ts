import { ForgeFailure } from "./forge-failure.ts";

type Members = Readonly<Record<string, unknown>>;

/** Reads members of answers, each of just the type that it has to be. Throws a ForgeFailure that names what is not. */
export const answerFields = (forge: string) => {
  const unexpected = (what: string) =>
    new ForgeFailure(`${forge} gave an answer of another form than its API has: ${what}`, {
      kind: "refused",
      status: null,
    });
  const object = (value: unknown, what: string): Members => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(`${what} is no object`);
    return value as Members;
  };
  return {
    object,
    list(value: unknown, what: string): readonly Members[] {
      if (!Array.isArray(value)) throw unexpected(`${what} is no list`);
      return value.map((item: unknown) => object(item, `an element of ${what}`));
    },
    text(value: unknown, what: string): string {
      if (typeof value !== "string") throw unexpected(`${what} is no text`);
      return value;
    },
    /** Markdown that may be left empty, which is null. */
    optionalText(value: unknown, what: string): string {
      if (value !== null && typeof value !== "string") throw unexpected(`${what} is no text`);
      return value ?? "";
    },
    id(value: unknown, what: string): number {
      if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 1) throw unexpected(`${what} is no id`);
      return value;
    },
  };
};

/** Pages of a list that are read. */
export const mostPages = 200;

/** What there is to say where a list does not end. */
export const tooManyPages = (forge: string, what: string): ForgeFailure =>
  new ForgeFailure(`${forge} has more than ${mostPages} pages of ${what}`, {
    ...{ kind: "refused", status: null },
  });
