import fc from "fast-check";

const label = fc.constantFrom(
  "a",
  "ABC Retail – 1",
  "yes",
  "1.313",
  "c: d",
  "x # y",
  "it's",
  'say "no"',
  "a, b",
  "[b]",
  "-x",
  "back\\slash",
  "é",
  "true",
  "*-p*",
  "{customer}-ops",
  "tier=db",
  "a:b",
  " ends ",
  "line\nbreak",
  "",
  "~",
  "007",
  "ümlaut:",
  "10.1.2.3",
);
const some = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 });

const oneagent = fc.record(
  {
    version: fc.constantFrom("latest", "1.313"),
    hostGroup: label,
    hostTags: fc.array(label, { maxLength: 4 }),
    hostProperties: fc.dictionary(fc.constantFrom("owner", "b", "a", "1"), label, { maxKeys: 3 }),
    autoUpdate: fc.boolean(),
  },
  { requiredKeys: [] },
);
const ssh = fc.record(
  { user: label, port: fc.nat(65_535), jump: fc.array(label, { maxLength: 2 }) },
  { requiredKeys: [] },
);
const host = fc.oneof(
  fc.constantFrom("web[01-04].abc.example.com", "db.example.com"),
  fc.record({ name: label, address: label, ssh, oneagent }, { requiredKeys: ["name"] }),
  fc.record({ file: label, format: fc.constant("ansible"), group: label, oneagent }, { requiredKeys: ["file"] }),
);
const environment = fc.record(
  {
    id: label,
    name: label,
    state: fc.constantFrom("enabled", "disabled"),
    tags: fc.array(fc.option(label), { maxLength: 4 }),
    trial: fc.boolean(),
    quotas: fc.record(
      { hostUnits: fc.record({ maxLimit: fc.nat() }), demUnits: fc.constant({}) },
      { requiredKeys: [] },
    ),
    ssh,
    oneagent,
    hosts: fc.array(fc.option(host), { maxLength: 3 }),
    unknown: label,
  },
  { requiredKeys: [] },
);
const group = fc.record(
  {
    name: label,
    clusters: fc.array(label, { maxLength: 2 }),
    access: fc.dictionary(fc.constantFrom("abc-p1", "*-t*"), fc.oneof(label, fc.array(label, { maxLength: 2 }))),
    isClusterAdminGroup: fc.boolean(),
  },
  { requiredKeys: ["name"] },
);

/** Data in the shape of a customer file; the values need not be valid. */
export const customerData = fc.record(
  {
    customer: label,
    name: label,
    cluster: fc.constant(null),
    oneagent,
    ssh,
    environments: fc.dictionary(
      fc.constantFrom("p1", "p2", "a1", "legacy"),
      some(environment).map((body) => body ?? null),
    ),
    groups: fc.array(group, { maxLength: 2 }),
  },
  { requiredKeys: ["customer"] },
);

const tag = fc.constantFrom("a", "b:c", "yes", "1.5", "x, y", "[z]", "ümlaut", 'say "no"');
const validHost = fc.record(
  {
    ssh: fc.record({ user: fc.constantFrom("root", "yes"), port: fc.integer({ min: 1, max: 65_535 }) }),
    oneagent: fc.record({ hostGroup: fc.constantFrom("abc-p1", "1"), hostTags: fc.constant(["tier=db", "on"]) }),
    state: fc.constant("present"),
  },
  { requiredKeys: [] },
);
const validEnvironment = fc.record(
  {
    name: fc.constantFrom("Production 1", "ABC Retail – 1", "it's: one", "# 1", "null"),
    tags: fc.uniqueArray(tag, { maxLength: 4 }),
    trial: fc.boolean(),
    quotas: fc.record({ hostUnits: fc.record({ maxLimit: fc.oneof(fc.nat(), fc.constant("unlimited")) }) }),
    oneagent: fc.record(
      {
        version: fc.constantFrom("latest", "1.313"),
        hostProperties: fc.dictionary(fc.constantFrom("b", "a"), fc.constantFrom("dba", "yes", "1.5", "[z]")),
      },
      { requiredKeys: [] },
    ),
    rollout: fc.record({ canary: fc.nat(5), batch: fc.constantFrom("25%", 10) }, { requiredKeys: [] }),
    hosts: fc.array(validHost, { maxLength: 3 }),
  },
  { requiredKeys: ["hosts"] },
);

/** Data of a customer file that is valid. */
export const validCustomer = fc
  .record(
    {
      name: fc.constantFrom("ABC Retail AG", "yes", "A & B"),
      cluster: fc.constantFrom("emea", "apac"),
      environments: fc.dictionary(fc.constantFrom("p1", "p2", "t1"), validEnvironment),
      groups: fc.constant([{ name: "abc auditors", access: { "abc-*": ["viewer", "LOG_VIEWER"] } }]),
    },
    { requiredKeys: ["environments"] },
  )
  .map(({ environments, ...rest }) => ({
    ...rest,
    customer: "abc",
    environments: Object.fromEntries(
      Object.entries(environments).map(([key, { hosts, ...body }]) => [
        key,
        { ...body, hosts: hosts.map((item, index) => ({ ...item, name: `h${index}.${key}.abc.example.com` })) },
      ]),
    ),
  }));

/** Chances that follow from a seed. */
export type Chance = (outOf: number) => number;

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return (outOf) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return ((state ^ (state >>> 13)) >>> 0) % outOf;
  };
}

export interface Style {
  readonly chance: Chance;
  /** Comments and blank lines anywhere. */
  readonly comments: boolean;
}

/** Data as YAML, written in one of the many ways in which people do. */
export function writeYaml(data: unknown, { chance, comments }: Style): string {
  let number = 0;
  const comment = (): string => `# comment ${++number}`;
  const maybe = (outOf: number): boolean => comments && chance(outOf) === 0;
  const above = (indent: string): string =>
    `${maybe(6) ? "\n".repeat(1 + chance(2)) : ""}${maybe(5) ? `${indent}${comment()}\n` : ""}${maybe(9) ? "\n" : ""}`;
  const end = (): string => (maybe(5) ? `${" ".repeat(1 + chance(3))}${comment()}\n` : maybe(9) ? "  \n" : "\n");
  const scalar = (value: unknown, plain: RegExp): string => {
    if (typeof value !== "string") return String(value);
    if (plain.test(value) && !/^(?:true|false|null|yes|no)$/.test(value) && chance(3) > 0) return value;
    return chance(2) === 0 && !value.includes("\n") ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);
  };
  const text = (value: unknown): string => scalar(value, /^[a-zA-Zé](?:[\wé .=,[\]:'"-]*[\w\]])?$(?<!: .*)/);
  const flow = (value: unknown, indent: string): string => {
    const gap = (): string =>
      maybe(25) ? ` ${comment()}\n${indent} ` : chance(12) === 0 ? `\n${indent} ` : " ".repeat(chance(2));
    const items = Array.isArray(value)
      ? value.map((item) => gap() + flow(item, indent))
      : isMap(value)
        ? Object.entries(value).map(([key, item]) => `${gap()}${scalar(key, /^[a-z]\w*$/i)}: ${flow(item, indent)}`)
        : null;
    if (items === null) return scalar(value, /^[a-zA-Z][\w=.-]*$/);
    const inner = items.join(`${gap()},`) + (items.length > 0 && chance(6) === 0 ? "," : "") + gap();
    return Array.isArray(value) ? `[${inner}]` : `{${inner}}`;
  };
  const block = (value: unknown, indent: string): string => {
    const last = maybe(8) ? `${indent}${comment()}\n` : "";
    if (Array.isArray(value)) return value.map((item) => above(indent) + listItem(item, indent)).join("") + last;
    return (
      Object.entries(value as object)
        .map(([key, item]) => `${above(indent)}${indent}${scalar(key, /^[a-z]\w*$/i)}:${below(item, indent)}`)
        .join("") + last
    );
  };
  const below = (value: unknown, indent: string): string => {
    if (isCollection(value) && Object.keys(value).length > 0 && chance(4) > 0) {
      const deeper = indent + (Array.isArray(value) ? ["", "  ", "    "][chance(3)] : ["  ", "    ", " "][chance(3)]);
      return end() + block(value, deeper);
    }
    if (isCollection(value)) return ` ${flow(value, `${indent} `)}${end()}`;
    if (value === null) return [end(), ` null${end()}`, ` ~${end()}`][chance(3)] ?? "";
    const words = typeof value === "string" && /^[A-Z]\w+ [A-Z]\w+/.test(value) && chance(3) === 0;
    return ` ${words ? String(value).replace(" ", `\n${indent}   `) : text(value)}${end()}`;
  };
  const listItem = (value: unknown, indent: string): string => {
    if (value === null && chance(4) > 0) return `${indent}-${end()}`;
    if (isMap(value) && Object.keys(value).length > 0 && chance(3) > 0) {
      const inner = block(value, `${indent}  `);
      const isCompact = chance(4) > 0 && inner.startsWith(`${indent}  `) && !inner.trimStart().startsWith("#");
      return isCompact ? `${indent}- ${inner.slice(indent.length + 2)}` : `${indent}-${end()}${inner}`;
    }
    return `${indent}- ${isCollection(value) ? flow(value, `${indent}   `) : text(value)}${end()}`;
  };
  const top = `${maybe(2) ? "# yaml-language-server: $schema=x\n" : ""}${maybe(6) ? `---${end()}` : ""}`;
  return top + block(data, "");
}

const isCollection = (value: unknown): value is object => typeof value === "object" && value !== null;
const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  isCollection(value) && !Array.isArray(value);

/** The data with the keys that the schema lists in another order; what the user names stays in its order. */
export function shuffled(value: unknown, chance: Chance, named = false): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, chance));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([key, item]): [string, unknown, number] => [
    key,
    shuffled(item, chance, ["environments", "access", "hostProperties"].includes(key)),
    // Unknown keys come after the known ones, whatever the order of those.
    key === "unknown" ? 0 : chance(1_000),
  ]);
  const ordered = named ? entries : entries.sort((left, right) => left[2] - right[2]);
  return Object.fromEntries(ordered.map(([key, item]) => [key, item]));
}
