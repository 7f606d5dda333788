import { expect, test } from "vitest";
import type { SetOverride } from "../../../../src/load/yaml/set-overrides.ts";
import { fakeToken, loadFiles, loadValid, placesOf, settingsFile, withoutTheRest } from "../load-files.ts";

const set = (path: string, value: unknown): SetOverride => ({ path, value, text: `${path}=${JSON.stringify(value)}` });
const files = { "customers/abc.yaml": "customer: abc\nenvironments:\n  p1: { hosts: [web01] }\n" };

test("replaces, adds and takes away settings of dtsync.yaml", async () => {
  const inventory = await loadValid(
    { ...files, "dtsync.yaml": `${settingsFile}  ssh: { user: deploy, port: 22 }\n` },
    {
      set: [
        set("clusters.emea.url", "http://127.0.0.1:9301"),
        set("defaults.ssh.port", 2222),
        set("defaults.ssh.user", null),
        set("defaults.oneagent.hostTags", ["a", "b"]),
        set("safety.maxRemovals", 1),
        set("safety.maxRemovals", 2),
        set("clusters.amer", { url: "https://amer.example.com", token: { env: "T" } }),
      ],
    },
  );
  expect(inventory.clusters.map(({ name, url }) => [name, url])).toEqual([
    ["amer", "https://amer.example.com"],
    ["apac", "https://dynatrace.apac.example.com"],
    ["emea", "http://127.0.0.1:9301"],
  ]);
  expect(inventory.hosts[0]).toMatchObject({ ssh: { port: 2222 }, oneagent: { hostTags: ["a", "b"] } });
  expect(inventory.hosts[0]?.ssh).not.toHaveProperty("user");
  expect(inventory.safety.maxRemovals).toBe(2);
});

test("leads into lists by number", async () => {
  const inventory = await loadValid(
    { ...files, "dtsync.yaml": `${settingsFile}groups: [{ name: noc, clusters: [emea] }]\n` },
    { set: [set("groups.0.name", "operations")] },
  );
  expect(inventory.groups.map(({ name }) => name)).toEqual(["operations"]);
});

test("faults are at the key where the file has it, else at the start, and name --set", async () => {
  const result = await loadFiles(files, {
    set: [
      set("clusters.emea.url", "http://dynatrace.example.com"),
      set("clusters.emea.urll", "x"),
      set("defaults.cluster", "eme"),
      set("defaults.ssh.port", "many"),
      set("clusters.amer", { url: "https://amer.example.com" }),
      set("safety.protect", [42]),
    ],
  });
  expect(placesOf(result)).toEqual([
    "dtsync.yaml:1:1 missing-key",
    "dtsync.yaml:1:1 unknown-key",
    "dtsync.yaml:1:1 wrong-type",
    "dtsync.yaml:1:1 wrong-type",
    "dtsync.yaml:4:10 invalid-url",
    "dtsync.yaml:13:12 unknown-cluster",
  ]);
  for (const { message } of withoutTheRest(result.diagnostics)) expect(message).toMatch(/ \(given by --set [a-z.]+\)$/);
});

test("a path that leads nowhere says where it ends and what was meant", async () => {
  const { diagnostics } = await loadFiles(
    { ...files, "dtsync.yaml": `${settingsFile}groups: [{ name: noc, clusters: [emea] }]\n` },
    {
      set: [
        set("clusters.emae.url", "http://127.0.0.1:9301"),
        set("clusters.emae.maxConcurrency", 3),
        set("clusters.other.token.env", "T"),
        set("version.minor", 1),
        set("clusters.emea.url.port", 9301),
        set("groups.noc.name", "operations"),
        set("groups.2.name", "operations"),
      ],
    },
  );
  expect(withoutTheRest(diagnostics).map(({ rule, message, hint }) => `${rule}: ${message} | ${hint}`)).toEqual([
    'invalid-set: --set clusters.emae.maxConcurrency leads nowhere: there is no cluster "emae" | Did you mean "emea"?',
    'invalid-set: --set clusters.emae.url leads nowhere: there is no cluster "emae" | Did you mean "emea"?',
    "invalid-set: --set clusters.emea.url.port leads nowhere: clusters.emea.url is a value and has no keys | Write --set clusters.emea.url=… to give it another.",
    'invalid-set: --set clusters.other.token.env leads nowhere: there is no cluster "other" | Known here: apac, emea.',
    "invalid-set: --set groups.2.name leads nowhere: groups is a list | Name an item by its number: it has groups.0 alone.",
    "invalid-set: --set groups.noc.name leads nowhere: groups is a list | Name an item by its number: it has groups.0 alone.",
    "invalid-set: --set version.minor leads nowhere: version is a value and has no keys | Write --set version=… to give it another.",
  ]);
});

test("gives a cluster that the file does not have, in parts or as a whole", async () => {
  const inventory = await loadValid(files, {
    set: [
      set("clusters.amer.url", "https://amer.example.com"),
      set("clusters.amer.token.env", "DTSYNC_TOKEN_AMER"),
      set("clusters.anz", { url: "https://anz.example.com", token: { env: "DTSYNC_TOKEN_ANZ" } }),
      set("clusters.anz.maxConcurrency", 3),
    ],
  });
  expect(inventory.clusters.map(({ name }) => name)).toEqual(["amer", "anz", "apac", "emea"]);
});

test("a path that is none, and a secret, are faults that repeat nothing", async () => {
  const result = await loadFiles(files, {
    set: [
      set("", 1),
      set("defaults..cluster", 1),
      set("__proto__.x", 1),
      { path: "defaults.x", value: 1, text: fakeToken() },
    ],
  });
  expect(withoutTheRest(result.diagnostics).map(({ rule }) => rule)).toEqual([
    "invalid-set",
    "invalid-set",
    "invalid-set",
    "secret-in-file",
  ]);
  expect(JSON.stringify(result.diagnostics)).not.toContain("AAAA");
});

test("does not change what an alias shares", async () => {
  const inventory = await loadValid(
    {
      "dtsync.yaml": `version: 1
clusters:
  emea: { url: "https://emea.example.com", token: &token { env: EMEA } }
  apac: { url: "https://apac.example.com", token: *token }
`,
    },
    { set: [set("clusters.emea.token.env", "OTHER")] },
  );
  expect(inventory.clusters.map(({ token }) => token)).toEqual([{ env: "EMEA" }, { env: "OTHER" }]);
});
