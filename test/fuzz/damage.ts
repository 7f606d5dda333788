import fc from "fast-check";

/** Something done to a text or its bytes, as data: a counterexample shows what it was. */
export type Damage =
  | { readonly how: "flip"; readonly at: number; readonly bit: number }
  | { readonly how: "cut"; readonly at: number }
  | { readonly how: "drop"; readonly at: number; readonly length: number }
  | { readonly how: "insert"; readonly at: number; readonly what: string }
  | { readonly how: "drop-line" | "repeat-line" | "indent-line"; readonly at: number }
  | { readonly how: "swap-lines"; readonly at: number; readonly with: number }
  | { readonly how: "replace-value"; readonly at: number; readonly value: string };

/** Bytes that text must not or need not hold, and what makes a reader recurse, count, or search for long. By name, to be read. */
const oddities: Readonly<Record<string, string | Uint8Array>> = {
  NUL: "\0",
  "byte order mark": "\ufeff",
  "half of a surrogate pair": Uint8Array.of(0xed, 0xa0, 0x80),
  "first byte of two": Uint8Array.of(0xc3),
  "not UTF-8": Uint8Array.of(0xff, 0xfe),
  "escape sequence": "\u001b[31m",
  "line separator": "\u2028",
  "right-to-left override": "\u202e",
  "carriage return": "\r",
  tab: "\t",
  "line end": "\n",
  emoji: "👩‍👩‍👧",
  "long text": "x".repeat(100_000),
  "many words": "a ".repeat(20_000),
  "many lines": "a: b\n".repeat(20_000),
  "many lists": "[".repeat(20_000),
  "many objects": '{"a":'.repeat(20_000),
  "many mappings": "{a: ".repeat(5_000),
  "many sequences": "- ".repeat(5_000),
  "deep lists": `${"[".repeat(500)}${"]".repeat(500)}`,
  "many stars": "*a".repeat(500),
  quote: '"',
  apostrophe: "'",
  backslash: "\\",
  colon: ": ",
  comma: ",",
  bracket: "]",
  brace: "}",
  "less than": "<",
  percent: "%",
  hash: " # ",
  space: " ",
  anchor: "&a ",
  alias: "*a ",
  "merge key": "<<: *a\n",
  tag: "!!binary ",
  "tag of JavaScript": "!!js/function ",
  "own tag": "!x ",
  directive: "%YAML 1.1\n---\n",
  "document start": "\n---\n",
  "document end": "\n...\n",
  "block text": "|\n",
  "complex key": "? ",
  prototype: "__proto__",
  constructor: "constructor",
};

/** Values of other types, and those of the right type that are out of all bounds, as YAML and JSON both read them. */
const otherValues: readonly string[] = [
  "null",
  "true",
  "-1",
  "0",
  "1.5",
  "99999999999999999999",
  "1e308",
  "1e400",
  '""',
  '"x"',
  "[]",
  "{}",
  "[[]]",
  '[""]',
  "[null]",
  '{"a": 1}',
  '{"__proto__": {"a": 1}}',
  '"\\u0000"',
  '"\\ud800"',
  '"\\u001b[2J"',
  '"*"',
  '"../../etc/passwd"',
  '"2026-13-45"',
  '"dtsync:disabled=2026-13-45"',
  '"dtsync:disabled=9999-12-31"',
  `"${"long ".repeat(2_000)}"`,
  `${"[".repeat(300)}${"]".repeat(300)}`,
];

const place = fc.nat({ max: 1_000_000 });

export const damageToText: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ how: fc.constant("flip"), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ how: fc.constant("cut"), at: place }),
  fc.record({ how: fc.constant("drop"), at: place, length: fc.integer({ min: 1, max: 40 }) }),
  fc.record({ how: fc.constant("insert"), at: place, what: fc.constantFrom(...Object.keys(oddities)) }),
  fc.record({ how: fc.constantFrom("drop-line", "repeat-line", "indent-line"), at: place }),
  fc.record({ how: fc.constant("swap-lines"), at: place, with: place }),
  fc.record({ how: fc.constant("replace-value"), at: place, value: fc.constantFrom(...otherValues) }),
) as fc.Arbitrary<Damage>;

const utf8 = new TextEncoder();
const bytesOf = (content: string | Uint8Array): Uint8Array =>
  typeof content === "string" ? utf8.encode(content) : content;

export function damaged(bytes: Uint8Array, damage: Damage): Uint8Array {
  switch (damage.how) {
    case "flip": {
      const copy = Uint8Array.from(bytes);
      const at = damage.at % Math.max(1, bytes.length);
      const byte = copy[at];
      if (byte !== undefined) copy[at] = byte ^ (1 << damage.bit);
      return copy;
    }
    case "cut":
      return bytes.slice(0, damage.at % Math.max(1, bytes.length));
    case "drop": {
      const at = damage.at % Math.max(1, bytes.length);
      return Buffer.concat([bytes.slice(0, at), bytes.slice(at + damage.length)]);
    }
    case "insert": {
      const at = damage.at % (bytes.length + 1);
      return Buffer.concat([bytes.slice(0, at), bytesOf(oddities[damage.what] ?? ""), bytes.slice(at)]);
    }
    default:
      // Latin-1 keeps every byte as it is.
      return Buffer.from(
        withDamagedLine(Buffer.from(bytes).toString("latin1").split("\n"), damage).join("\n"),
        "latin1",
      );
  }
}

function withDamagedLine(
  lines: readonly string[],
  damage: Exclude<Damage, { readonly how: "flip" | "cut" | "drop" | "insert" }>,
): readonly string[] {
  const at = damage.at % lines.length;
  const line = lines[at] ?? "";
  const replaced = (...by: readonly string[]) => [...lines.slice(0, at), ...by, ...lines.slice(at + 1)];
  switch (damage.how) {
    case "drop-line":
      return replaced();
    case "repeat-line":
      return replaced(line, line);
    case "indent-line":
      return replaced(` ${line}`);
    case "swap-lines": {
      const other = damage.with % lines.length;
      return lines.map((text, index) => (index === at ? (lines[other] ?? "") : index === other ? line : text));
    }
    case "replace-value":
      return replaced(line.replace(/(:|^\s*-)\s+\S.*$|$/, (_found, mark = ":") => `${mark} ${damage.value}`));
  }
}

/** Something done to one member or entry of a JSON value. */
export interface DamageToJson {
  /** `garble`: a byte of a text becomes one that is no UTF-8. */
  readonly how: "replace" | "drop" | "repeat" | "rename" | "garble";
  /** Which value, counted through all of them. */
  readonly at: number;
  /** JSON text that stands in its place, or under the same key a second time. */
  readonly value: string;
}

export const damageToJson: fc.Arbitrary<DamageToJson> = fc.record({
  how: fc.constantFrom("replace", "replace", "drop", "repeat", "rename", "garble"),
  at: place,
  value: fc.constantFrom(...otherValues),
});

/** Stands for the byte that is no UTF-8 until the text has become bytes. */
const garbled = "\ue000";

/** A JSON value as bytes, with one value of it damaged. Written out here, because no object holds a key twice. */
export function damagedJson(root: unknown, damage: DamageToJson): Uint8Array {
  const latin1 = Buffer.from(writeDamaged(root, damage)).toString("latin1");
  return Buffer.from(latin1.replace(Buffer.from(garbled).toString("latin1"), "\xff"), "latin1");
}

function writeDamaged(root: unknown, { how, at, value: other }: DamageToJson): string {
  const target = at % countValues(root);
  let index = -1;
  const write = (value: unknown, wrap: (text: string) => string): string => {
    index += 1;
    const isTarget = index === target;
    const text = Array.isArray(value)
      ? `[${value
          .map((entry) => write(entry, (inner) => inner))
          .filter((entry) => entry !== "")
          .join(",")}]`
      : typeof value === "object" && value !== null
        ? `{${Object.entries(value)
            .map(([key, member]) => write(member, (inner) => `${JSON.stringify(key)}:${inner}`))
            .filter((member) => member !== "")
            .join(",")}}`
        : (JSON.stringify(value) ?? "null");
    if (!isTarget) return wrap(text);
    if (how === "drop") return "";
    if (how === "repeat") return `${wrap(text)},${wrap(other)}`;
    if (how === "garble") return wrap(text.replace(/.(?="$)/, garbled));
    if (how === "rename") return wrap(text).replace(/^"/, '"x');
    return wrap(other);
  };
  return write(root, (text) => text);
}

function countValues(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, member) => sum + countValues(member), 1);
}
