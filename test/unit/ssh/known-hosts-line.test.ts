import { expect, test } from "vitest";
import { generateKey } from "../../../src/sandbox/hosts/host-keys.ts";
import { knownHostsLine } from "../../../src/ssh/known-hosts-line.ts";
import { knownHostsOf } from "../../support/ssh-settings.ts";

const key = generateKey().public.split(" ")[1] ?? "";

test.each([
  ["web01.example.com", 22, "web01.example.com"],
  ["WEB01", 2222, "[web01]:2222"],
  ["2001:db8::1", 22, "2001:db8::1"],
])("the key of %s, port %d, is known from its line, hashed or not", (name, port, written) => {
  expect(knownHostsLine({ name, port, key, hashed: false })).toBe(`${written} ssh-ed25519 ${key}`);
  const hashed = knownHostsLine({ name, port, key, hashed: true });
  expect(hashed).toMatch(/^\|1\|\S+\|\S+ ssh-ed25519 /);
  expect(knownHostsOf(hashed).judge(name, port, key)).toBe("trusted");
  expect(hashed).not.toBe(knownHostsLine({ name, port, key, hashed: true }));
});

test.each(["*", "web?1", "!web01", "a,b", "a b", "@revoked", "|1|a|b", "#web01", "a\nb", "", "x".repeat(256)])(
  "%j is no name that a line may begin with",
  (name) => {
    expect(() => knownHostsLine({ name, port: 22, key, hashed: false })).toThrow(
      expect.objectContaining({ code: "host-key-unknown" }),
    );
  },
);

test.each(["", "AAAA", "AAAAC3Nz\nweb02 ssh-ed25519 AAAA", Buffer.from("\0\0\0\x0bssh-dss-xxx").toString("base64")])(
  "%j is no key that is written",
  (bad) => {
    expect(() => knownHostsLine({ name: "web01", port: 22, key: bad, hashed: false })).toThrow(/unknown type/);
  },
);
