import { explained, type Slip } from "./slip.ts";

/** `name:Zeta`, and `hosts` or `name Zeta` among the keys of a mapping. */
export const missingColon: Slip = ({ code, line, lineStart, offset, show }) => {
  if (code !== "MISSING_CHAR" && code !== "MULTILINE_IMPLICIT_KEY") return null;
  const rest = line.slice(offset - lineStart).trimEnd();
  const together = splitTogether(rest);
  if (together) return explained(offset, ...missingBlankText(together, show(rest) !== null));
  const [, key = "", value] = /^([A-Za-z_][\w-]{0,99})(?: +([^\s#].*)|(?: +#.*)?)$/.exec(rest) ?? [];
  if (key === "" || show(key) === null) return null;
  const shown = value === undefined || show(rest) === null ? "" : ` ${value.replace(/^=\s*/, "")}`;
  return explained(offset, `a colon is missing behind "${key}"`, `Write ${key}:${shown}`);
};

/** `-web01` among items that begin with a dash and a blank. */
export const missingBlankBehindDash: Slip = ({ code, line, lineStart, show }) => {
  const [, blanks = "", item = ""] = /^( *)-([A-Za-z0-9"'[{].*)$/.exec(line) ?? [];
  if (code !== "BAD_INDENT" || item === "") return null;
  const shown = show(item) === null ? "the item" : item.trimEnd();
  return explained(lineStart + blanks.length, "a blank is missing behind the dash", `Write - ${shown}`);
};

/** A key and its value without the blank between them. */
export interface Together {
  readonly key: string;
  readonly value: string;
}

/** Splits `name:Zeta`; null for other text, also for `https://…` and `db01.example.com:22`. */
export function splitTogether(text: string): Together | null {
  const [, key = "", value = ""] = /^([A-Za-z_][\w.-]{0,99}):([^\s:/].{0,500})$/.exec(text) ?? [];
  return key === "" || (key.includes(".") && /^\d+$/.test(value)) ? null : { key, value };
}

/** What to say of it. Values of keys that may be secret are not repeated. */
export const missingBlankText = ({ key, value }: Together, isShown: boolean): [message: string, hint: string] => [
  `a blank is missing behind the colon of "${key}:"`,
  `Write ${key}: ${isShown && !/token|proxy|passw|secret|url|installerArg/i.test(key) ? value : "and then, behind a blank, the value"}`,
];
