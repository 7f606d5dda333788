import { expect, test } from "vitest";
import { originsOfFile, originsOfVariable, trustCluster } from "../../../src/secrets/allowed-origins.ts";
import { aCluster } from "../../support/builders.ts";

const isTrusted = (url: string, allowed: string) =>
  trustCluster(aCluster({ url }), originsOfVariable(allowed).origins) !== null;

test.each([
  ["https://dynatrace.example.com", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com", "https://other.example.com, https://dynatrace.example.com/"],
  ["https://dynatrace.example.com", "https://DYNATRACE.example.com:443"],
  ["https://xn--zrich-kva.example.com", "https://zürich.example.com"],
  ["http://127.0.0.1:9301", ""],
  ["http://localhost:9301", ""],
  ["https://[::1]", ""],
])("%s is trusted with DTSYNC_ORIGINS=%s", (url, allowed) => {
  expect(isTrusted(url, allowed)).toBe(true);
});

test.each([
  ["https://dynatrace.example.com", ""],
  ["https://dynatrace.example.com.attacker.example", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com", "https://dynatrace.example"],
  ["https://dynatrace.example.com:8443", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com", "https://dynatrace.example.com:8443"],
  ["https://dynatrace.example.com.", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com", "https://*.example.com"],
  ["https://dynatrace.example.com", "dynatrace.example.com"],
  ["https://dynatrace.example.com", "https://dynatrace.example.com/path"],
  ["https://localhost.example.com", ""],
  ["https://127.0.0.1.example.com", ""],
  ["https://[::ffff:127.0.0.1]", ""],
])("%s is not trusted with DTSYNC_ORIGINS=%s", (url, allowed) => {
  expect(isTrusted(url, allowed)).toBe(false);
});

test("lines of a file, with comments; what is no origin is told with its place and not repeated", () => {
  const text = "# ours\n\nhttps://a.example.com  # main\r\n  https://b.example.com\nhttps://u:p@c.example.com\n";
  const { origins, unusable } = originsOfFile(text, "/home/me/origins");
  expect([...origins]).toEqual(["https://a.example.com", "https://b.example.com"]);
  expect(unusable).toEqual(["line 5 of /home/me/origins has a user or password in it"]);
  expect(originsOfVariable("https://a.example.com,b").unusable).toEqual([
    "entry 2 of DTSYNC_ORIGINS is not an address",
  ]);
});
