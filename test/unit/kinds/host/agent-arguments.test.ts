import { expect, test } from "vitest";
import { changeArguments, installerArguments } from "../../../../src/kinds/host/effects/agent-arguments.ts";
import type { FieldDifference } from "../../../../src/kinds/host/fields.ts";
import type { OneAgentSettings } from "../../../../src/model/inventory.ts";
import type { ObservedAgent } from "../../../../src/model/observed.ts";

const settings: OneAgentSettings = {
  transfer: "auto",
  signature: "auto",
  rootCertificate: null,
  hostGroup: "",
  hostTags: ["a", "tier=web"],
  hostProperties: { owner: "web" },
  autoUpdate: false,
  installPath: "/data/agent",
  installerArguments: ["NON_ROOT_MODE=0"],
};

test("the installer gets the connection without its secret, settings without empty ones, the path only at first", () => {
  const first = installerArguments(
    settings,
    { tenant: "abc-p1", server: "https://a/communication;https://b/communication" },
    { action: "install", fields: [] },
    null,
  );
  expect(first).toEqual([
    "--set-tenant=abc-p1",
    "--set-server=https://a/communication;https://b/communication",
    "INSTALL_PATH=/data/agent",
    "--set-host-tag=a",
    "--set-host-tag=tier=web",
    "--set-host-property=owner=web",
    "--set-auto-update-enabled=false",
    "NON_ROOT_MODE=0",
  ]);
  const change = { action: "update", fields: ["version", "hostProperties"] } as const;
  const agent = { hostTags: [], hostProperties: [], autoUpdate: null } as unknown as ObservedAgent;
  // What is not in the change stays as it is, besides what the agent does not tell.
  expect(installerArguments(settings, { tenant: "abc-p1", server: "x" }, change, agent)).toEqual([
    "--set-tenant=abc-p1",
    "--set-server=x",
    "--set-host-property=owner=web",
    "--set-auto-update-enabled=false",
    "NON_ROOT_MODE=0",
  ]);
});

test("one call takes away what is too much and adds what is missing", () => {
  const agent = {
    hostTags: ["a", "old"],
    hostProperties: ["owner=x", "owner=y", "rack=1"],
  } as unknown as ObservedAgent;
  const differences: readonly FieldDifference[] = [
    { field: "hostGroup", before: "g", after: "" },
    { field: "hostTags", before: ["a", "old"], after: ["a", "new"] },
    { field: "hostProperties", before: {}, after: { owner: "y" } },
    { field: "service", before: "inactive", after: "active" },
  ];
  expect(changeArguments(differences, agent)).toEqual([
    "--set-host-group=",
    "--remove-host-tag=old",
    "--set-host-tag=new",
    "--remove-host-property=owner=x",
  ]);
});

test("a declared empty value is the empty form of its setter, and tags and properties go one by one", () => {
  const agent = { hostTags: ["a", "tier=web"], hostProperties: ["owner=x", "rack"] } as unknown as ObservedAgent;
  const differences: readonly FieldDifference[] = [
    { field: "hostGroup", before: "g", after: "" },
    { field: "networkZone", before: "z", after: "" },
    { field: "hostName", before: "n", after: "" },
    { field: "proxy", before: "p:1", after: "" },
    { field: "hostTags", before: ["a", "tier=web"], after: [] },
    { field: "hostProperties", before: { owner: "x", rack: "" }, after: {} },
  ];
  expect(changeArguments(differences, agent)).toEqual([
    "--set-host-group=",
    "--set-network-zone=",
    "--set-host-name=",
    "--set-proxy=",
    "--remove-host-tag=a",
    "--remove-host-tag=tier=web",
    "--remove-host-property=owner=x",
    "--remove-host-property=rack",
  ]);
});

test("a property without a value is removed by the text that the agent gives", () => {
  const agent = { hostProperties: ["owner=", "rack"] } as unknown as ObservedAgent;
  const differences: readonly FieldDifference[] = [
    { field: "hostProperties", before: { owner: "", rack: "" }, after: { owner: "dba", rack: "1" } },
  ];
  expect(changeArguments(differences, agent)).toEqual([
    ...["--remove-host-property=owner=", "--set-host-property=owner=dba"],
    ...["--remove-host-property=rack", "--set-host-property=rack=1"],
  ]);
});

test.each([
  ["infra-only", true, ["--set-infra-only=true"]],
  ["fullstack", true, ["--set-infra-only=false"]],
  ["discovery", true, ["--set-monitoring-mode=discovery"]],
  ["infra-only", undefined, ["--set-monitoring-mode=infra-only"]],
] as const)("mode %s, for an agent that knows infra-only alone: %s", (after, infraOnlyAlone, expected) => {
  const agent = { infraOnlyAlone } as unknown as ObservedAgent;
  expect(changeArguments([{ field: "monitoringMode", before: "other", after }], agent)).toEqual(expected);
});
