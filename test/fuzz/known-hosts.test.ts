import { createHmac } from "node:crypto";
import fc from "fast-check";
import { expect } from "vitest";
import { HostError } from "../../src/ssh/host-error.ts";
import type { KnownHosts } from "../../src/ssh/known-hosts.ts";
import { knownHostsOf } from "../support/ssh-settings.ts";
import { damaged, damageToText } from "./damage.ts";
import { fuzz } from "./fuzz.ts";

/*
 * Law: no file ends a run otherwise than by a HostError, and damage makes no key trusted that the file does not name for
 * some host. A key that is revoked everywhere is trusted nowhere while the line that says so is whole.
 */

const keys = [
  "AAAAC3NzaC1lZDI1NTE5AAAAIONE",
  "AAAAC3NzaC1lZDI1NTE5AAAAITWO",
  "AAAAC3NzaC1lZDI1NTE5AAAAIREVOKED",
] as const;
const [one, two, revoked] = keys;
const salt = Buffer.from("0123456789abcdefghij");
const hash = createHmac("sha1", salt).update("[web02.example.com]:2222").digest("base64");
const revocation = `@revoked * ssh-ed25519 ${revoked}`;

const sample = `# hosts of ABC
web01.example.com,10.1.2.3 ssh-ed25519 ${one} comment
[web01.example.com]:2222 ssh-ed25519 ${two}
|1|${salt.toString("base64")}|${hash} ssh-rsa ${one}
*.example.com,!db*.example.com ssh-ed25519 ${two}
@cert-authority *.example.com ssh-rsa ${two}
web03 ssh-ed25519 ${revoked}
${revocation}
`;

const hosts = [
  "web01.example.com",
  "WEB02.example.com",
  "db01.example.com",
  "web03",
  "10.1.2.3",
  "::1",
  "",
  "*",
  "__proto__",
];

const damagedFile = fc.record({
  damages: fc.array(damageToText, { minLength: 1, maxLength: 4 }),
  port: fc.constantFrom(22, 2222),
});

fuzz("known_hosts files", damagedFile, ({ damages, port }) => {
  const bytes = damages.reduce(damaged, new TextEncoder().encode(sample));
  const text = new TextDecoder().decode(bytes);
  const known = parsed(text);
  if (known === null) return;
  const words = text.split(/\s+/);
  const isRevoked = text.split(/\r?\n/).includes(revocation);
  for (const host of hosts) {
    expect(known.keyTypes(host, port).every((type) => text.includes(type))).toBe(true);
    for (const key of [...keys, "", "unheard", "constructor"]) {
      const verdict = known.judge(host, port, key);
      if (verdict === "trusted") expect(words, key).toContain(key);
      if (isRevoked && key === revoked && host !== "") expect(verdict).toBe("revoked");
    }
  }
});

function parsed(text: string): KnownHosts | null {
  try {
    return knownHostsOf(text);
  } catch (error) {
    expect(error).toBeInstanceOf(HostError);
    return null;
  }
}
