import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { knownHostsOf } from "../../support/ssh-settings.ts";

const key = "AAAAC3NzaC1lZDI1NTE5AAAAIKEY";
const otherKey = "AAAAC3NzaC1lZDI1NTE5AAAAIOTHER";

/** As in a file: the type is part of a key. */
const keyOf = (type: string): string => {
  const field = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
  return Buffer.concat([field(type), field("x")]).toString("base64");
};

const hashed = (name: string): string => {
  const salt = Buffer.from("0123456789abcdefghij");
  return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
};

test.each([
  ["a plain name", `web01.example.com ssh-ed25519 ${key}`, "web01.example.com", 22],
  ["one of several names", `10.1.2.3,web01.example.com ssh-ed25519 ${key} comment`, "WEB01.example.com", 22],
  ["another port", `[web01.example.com]:2222 ssh-ed25519 ${key}`, "web01.example.com", 2222],
  ["a hashed name", `${hashed("web01.example.com")} ssh-ed25519 ${key}`, "web01.example.com", 22],
  [
    "a hashed name with its port",
    `${hashed("[web01.example.com]:2222")} ssh-ed25519 ${key}`,
    "web01.example.com",
    2222,
  ],
  ["a pattern", `*.example.com,!db*.example.com ssh-ed25519 ${key}`, "web01.example.com", 22],
])("%s trusts its key and refuses another", (_what, line, host, port) => {
  const known = knownHostsOf(`# comment\n\n${line}\n`);
  expect(known.judge(host, port, key)).toBe("trusted");
  expect(known.judge(host, port, otherKey)).toBe("changed");
  expect(known.judge("elsewhere.example.org", port, key)).toBe("unknown");
  expect(known.keyTypes(host, port)).toEqual(["ssh-ed25519"]);
});

test("a name without its port may trust a key at another port, and changes none there", () => {
  const known = knownHostsOf(`web01.example.com ssh-ed25519 ${key}`);
  expect(known.judge("web01.example.com", 2222, key)).toBe("trusted");
  expect(known.judge("web01.example.com", 2222, otherKey)).toBe("unknown");
  expect(known.keyTypes("web01.example.com", 2222)).toEqual(["ssh-ed25519"]);
  const both = knownHostsOf(`[web01]:2222 ssh-ed25519 ${otherKey}\nweb01 ssh-ed25519 ${key}\n`);
  expect(both.judge("web01", 2222, key)).toBe("changed");
  const revoked = knownHostsOf(`@revoked web01 ssh-ed25519 ${key}\n`);
  expect(revoked.judge("web01", 2222, key)).toBe("revoked");
});

test("lines are known by their places", () => {
  const known = knownHostsOf(
    "\n# x\n",
    `db ssh-rsa ${keyOf("ssh-rsa")}\n\nweb01 ssh-ed25519 ${key}\n@cert-authority web* ssh-rsa ${keyOf("ssh-rsa")}\n`,
  );
  expect([known.places("web01", 22), known.places("web01", 2222)]).toEqual([["known_hosts2:3"], ["known_hosts2:3"]]);
  expect([known.authorities("web01", 22), known.authorities("db", 22)]).toEqual([["known_hosts2:4"], []]);
});

test("a negated pattern refuses the host whatever else matches", () => {
  expect(knownHostsOf(`*.example.com,!db01.example.com ssh-ed25519 ${key}`).judge("db01.example.com", 22, key)).toBe(
    "unknown",
  );
});

test("a revoked key is refused although it is also listed", () => {
  const known = knownHostsOf(`@revoked * ssh-ed25519 ${key}\nweb01.example.com ssh-ed25519 ${key}`);
  expect(known.judge("web01.example.com", 22, key)).toBe("revoked");
  expect(known.revocations("web01.example.com", 22, key)).toEqual(["known_hosts1:1"]);
  expect(known.revocations("web01.example.com", 22, otherKey)).toEqual([]);
  expect(known.places("web01.example.com", 22)).toEqual(["known_hosts1:2"]);
});

test("several keys and several files add up; an authority for certificates is no host key", () => {
  const [rsa, authority] = [keyOf("ssh-rsa"), keyOf("ecdsa-sha2-nistp256")];
  const known = knownHostsOf(
    `web01 rsa-sha2-512 ${rsa}`,
    `web01 ssh-ed25519 ${otherKey}\n@cert-authority * ecdsa-sha2-nistp256 ${authority}`,
  );
  expect([rsa, otherKey, authority].map((each) => known.judge("web01", 22, each))).toEqual([
    "trusted",
    "trusted",
    "changed",
  ]);
});

test.each(["ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed255199", "ssh-ed2551"])(
  "a line that calls a key of the type ssh-ed25519 one of %s does not count",
  (type) => {
    const known = knownHostsOf(`web01 ${type} ${key}\n@revoked web01 ${type} ${key}\nweb01 ${type} AAAA\n`);
    expect([known.judge("web01", 22, key), known.places("web01", 22), known.keyTypes("web01", 22)]).toEqual([
      "unknown",
      [],
      [],
    ]);
  },
);

// Each of these kept a regular expression, or the copying of lists, busy without end.
test.each([
  ["a pattern of many stars", `${"*a".repeat(100)}b ssh-ed25519 ${key}\n`],
  ["a pattern as long as the file", `*${"a".repeat(10_000_000)} ssh-ed25519 ${key}\n`],
  ["a name again and again", `web01 ssh-ed25519 ${key}\n`.repeat(300_000)],
  ["a list of the same name", `${"web01,".repeat(2_000_000)} ssh-ed25519 ${key}\n`],
])("%s is judged in no time", (_what, text) => {
  const known = knownHostsOf(text);
  const name = "a".repeat(250);
  for (let host = 0; host < 50; host += 1) expect(known.judge(`${name}${host}`, 22, key)).toBe("unknown");
});

test("lines that would have to be tried for every host are bounded", () => {
  const line = `${hashed("web01")} ssh-ed25519 ${key}\n`;
  expect(knownHostsOf(line.repeat(50_000)).judge("web01", 22, key)).toBe("trusted");
  expect(() => knownHostsOf(line.repeat(50_001))).toThrow(expect.objectContaining({ code: "known-hosts" }));
});
