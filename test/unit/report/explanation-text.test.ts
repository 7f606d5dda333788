import { expect, test } from "vitest";
import { painter } from "../../../src/lib/printable.ts";
import type { Explanation } from "../../../src/model/explanation.ts";
import { renderExplanationText } from "../../../src/report/explanation-text.ts";

const at = (line: number, file = "dtsync.yaml") => ({ file, line });

const host: Explanation = {
  format: "dtsync-explain/1",
  id: "host/web01",
  settings: {
    name: { value: "web01", source: at(4, "customers/abc.yaml"), overrides: [] },
    "oneagent.hostTags": {
      value: ["a", "b"],
      source: at(6, "customers/abc.yaml"),
      overrides: [],
      elements: [
        { value: "a", source: at(9) },
        { value: "b", source: at(6, "customers/abc.yaml") },
      ],
    },
    "oneagent.installerArguments": { value: [], source: at(7), overrides: [{ value: ["X=1"], source: at(8) }] },
    "oneagent.hostProperties": { value: {}, source: at(9), overrides: [] },
    "oneagent.rootCertificate": { value: "/r.pem", source: null, overrides: [], variable: "DTSYNC_ROOT_CERTIFICATE" },
    "ssh.hostKeys": { value: "strict", source: null, overrides: [] },
    "ssh.port": { value: null, source: at(5, "customers/abc.yaml"), overrides: [{ value: 22, source: at(3) }] },
    "ssh.user": {
      value: "root",
      source: { ...at(1), set: "defaults.ssh.user" },
      overrides: [{ value: "deploy", source: at(2) }],
    },
  },
};

test("sections with the source beside each value and what it overrode below", () => {
  expect(renderExplanationText(host, painter(false))).toBe(`host/web01

host
  name                web01                customers/abc.yaml:4

oneagent
  hostTags            a                    dtsync.yaml:9
                      b                    customers/abc.yaml:6
  installerArguments  []                   dtsync.yaml:7
                      was X=1              dtsync.yaml:8
  hostProperties      {}                   dtsync.yaml:9
  rootCertificate     /r.pem               $DTSYNC_ROOT_CERTIFICATE

ssh
  hostKeys            strict               default
  port                not declared (null)  customers/abc.yaml:5
                      was 22               dtsync.yaml:3
  user                root                 --set defaults.ssh.user
                      was deploy           dtsync.yaml:2
`);
});

test("overridden values are dimmed as a whole", () => {
  const dimmed = renderExplanationText(host, (style, text) => (style === "dim" ? `<${text}>` : text));
  expect(dimmed).toContain("  <                    was deploy           dtsync.yaml:2>\n");
  expect(dimmed).toContain("  user                root                 <--set defaults.ssh.user>\n");
});

test("permissions of a group with every key and role that gives them", () => {
  const group: Explanation = {
    format: "dtsync-explain/1",
    id: "group/emea/ops",
    settings: {
      name: { value: "abc-ops", source: at(2), overrides: [], template: "{customer}-ops" },
      "access.abc-p1": {
        value: ["VIEWER"],
        source: at(4),
        overrides: [],
        elements: [
          { value: "VIEWER", source: at(4), key: "abc-*", roles: [{ role: "viewer", source: at(8) }] },
          { value: "VIEWER", source: at(5), key: "*\u001b[2J", roles: [] },
        ],
      },
      "access.abc-t1": { value: [], source: at(6), overrides: [], elements: [] },
    },
  };
  expect(renderExplanationText(group, painter(false))).toBe(`group/emea/ops

group
  name    abc-ops  dtsync.yaml:2 from {customer}-ops

access
  abc-p1  VIEWER   dtsync.yaml:4 abc-* → viewer (dtsync.yaml:8)
                   dtsync.yaml:5 *\\u001b[2J
  abc-t1  []       dtsync.yaml:6
`);
});
