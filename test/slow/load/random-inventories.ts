import fc from "fast-check";
import type { InventoryText } from "../../support/ansible-judge.ts";

/* Inventories made of few names, so that they meet: groups in circles, hosts in many groups, hosts named like groups. */

const group = fc.constantFrom("a", "b", "c", "d", "e", "all", "ungrouped");
const host = fc.constantFrom(
  ...[
    "web01",
    "web02",
    "db[1:3]",
    "x[a:c].example.com",
    "10.0.0.[01:03]",
    "web01:2222",
    "db2:2200",
    "a",
    "r[0:6:3]s[1:2]",
  ],
);
const value = fc.constantFrom(
  "u1",
  "u2",
  "1001",
  "22",
  "10.0.0.9",
  "None",
  "'quoted'",
  '"double"',
  "22 # comment",
  "0x16",
  "x=y",
);
const variable = fc.constantFrom(
  ...["ansible_user", "ansible_port", "ansible_host", "rack", "ansible_group_priority", "ansible_connection"],
);
const plainVariable = fc.constantFrom(
  "ansible_user=u3",
  "ansible_port=2201",
  "ansible_host=10.0.0.8",
  "rack=r1",
  "ansible_user='u 4'",
);

const hostLine = fc
  .tuple(host, fc.array(plainVariable, { maxLength: 2 }), fc.constantFrom("", "", "", " # comment", " ; no comment"))
  .map(([name, variables, end]) => `${[name, ...variables].join(" ")}${end}`);
const assignment = fc
  .tuple(variable, value, fc.constantFrom("=", "=", " = "))
  .map((parts) => `${parts[0]}${parts[2]}${parts[1]}`);
const priority = fc.tuple(fc.constantFrom("ansible_user=g", "ansible_group_priority="), fc.integer({ min: 0, max: 3 }));

const section = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(group, fc.array(hostLine, { maxLength: 3 })).map(([name, lines]) => [`[${name}]`, ...lines]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        group,
        fc.array(
          fc.oneof(
            { weight: 3, arbitrary: priority.map(([name, number]) => name + number) },
            { weight: 1, arbitrary: assignment },
          ),
          { maxLength: 3 },
        ),
      )
      .map(([name, lines]) => [`[${name}:vars]`, ...lines]),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(group, fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 2 }))
      .map(([name, lines]) => [`[${name}:children]`, ...lines]),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(["# comment", ""], ["[a:b:c]"], ["[f]"], ["web03"], ["[d] # comment", "'web04'"]),
  },
);

const sections = fc.array(section, { maxLength: 8 });
/** All groups that sections may name, so that few are undefined. */
const declared = fc.constantFrom<readonly string[]>([], ["[a]", "[b]", "[c]", "[d]", "[e]"]);

export const randomIni: fc.Arbitrary<InventoryText> = fc
  .tuple(declared, sections)
  .map(([first, more]) => ({ name: "hosts.ini", text: `${[...first, ...more.flat()].join("\n")}\n` }));

const scalar = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>("u1", "u2", 22, "22") },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, "yes", true, 1.5, "10.0.0.9", "2024-01-01", "") },
);
const variables = fc.dictionary(variable, scalar, { maxKeys: 3 });
const hosts = fc.oneof(
  { weight: 8, arbitrary: fc.dictionary(host, fc.option(variables, { freq: 2 }), { maxKeys: 3 }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>("web03", null, ["web01"], {}, 5) },
);

const { groups } = fc.letrec<{ groups: unknown; body: unknown }>((tie) => ({
  // Where groups stand below ungrouped, Ansible may not come to an end.
  groups: fc.dictionary(fc.constantFrom("a", "b", "c", "d", "e", "f", "g"), tie("body"), { maxKeys: 3 }),
  body: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, {}) },
    { weight: 4, arbitrary: fc.record({ hosts, vars: variables }, { requiredKeys: [] }) },
    {
      weight: 4,
      arbitrary: fc.record({ hosts, vars: variables, children: tie("groups") }, { requiredKeys: ["children"] }),
    },
  ),
}));

export const randomYaml: fc.Arbitrary<InventoryText> = fc
  .tuple(
    groups,
    fc.dictionary(fc.constantFrom("all", "ungrouped"), fc.record({ hosts, vars: variables })),
    fc.boolean(),
  )
  .map(([below, top, isJson]) => [{ ...(below as object), ...top }, isJson] as const)
  .map(([data, isJson]) => ({ name: "hosts.yml", text: isJson ? JSON.stringify(data) : `${toYaml(data, "")}\n` }));

/** Block mappings with plain scalars, of which some are other values than the text was. */
function toYaml(data: unknown, indentation: string): string {
  if (data === null) return "";
  if (typeof data !== "object" || Array.isArray(data) || Object.keys(data).length === 0)
    return typeof data === "string" && data !== "" ? data : JSON.stringify(data);
  return Object.entries(data)
    .map(([key, entry]) => {
      const name = /^[\w.:]+$/.test(key) ? key : JSON.stringify(key);
      const below = toYaml(entry, `${indentation}  `);
      return `${indentation}${name}:${below.startsWith(" ") ? `\n${below}` : ` ${below}`}`;
    })
    .join("\n");
}
