import type { ScalarNode, YamlNode } from "../yaml/parse-nodes.ts";
import type { AnsibleContent } from "./ansible-inventory.ts";

/** The tags that are understood, and the kind of value that each may stand before; null: any. */
export const ansibleTags: ReadonlyMap<string, YamlNode["kind"] | null> = new Map([
  ["!", null],
  ["!unsafe", null],
  ["!vault", "scalar"],
  ["!vault-encrypted", "scalar"],
  ["!!str", "scalar"],
  ["!!map", "map"],
  ["!!seq", "list"],
] as const);

// What YAML 1.1, which Ansible reads, takes a plain scalar for.
const nothing = /^(?:~|null|Null|NULL|)$/;
const truth = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const otherNumber = new RegExp(
  [
    /[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?[1-9][\d_]*|[-+]0|[-+]?0x[\da-fA-F_]+|[-+]?[1-9][\d_]*(?::[0-5]?\d)+/,
    /[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?|[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*/,
    /[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)/,
  ]
    .map(({ source }) => `^(?:${source})$`)
    .join("|"),
);
const time =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::?\d\d)?))?)$/;
const decimal = /^(?:0|[1-9]\d*)$/;

/** What Ansible makes of a scalar; a number in plain digits is given as text. */
export function scalarContent({ text, tag, isPlain }: ScalarNode): AnsibleContent {
  if (tag === "!vault" || tag === "!vault-encrypted") return { what: "an encrypted value" };
  if (tag === "!unsafe") return { what: "a value tagged !unsafe" };
  if (tag !== null) return text;
  if (!isPlain || decimal.test(text)) return text;
  if (nothing.test(text)) return null;
  if (truth.test(text)) return { what: "true or false for Ansible" };
  if (otherNumber.test(text)) return { what: "a number that is not written in digits alone" };
  return time.test(text) ? { what: "a date for Ansible" } : text;
}
