import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { field } from "../../../src/ssh/key-blob.ts";
import { isKeyRevocationList, readKeyRevocationList } from "../../../src/ssh/key-revocation-list.ts";

const number = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};

const header = (version = 1): Buffer =>
  Buffer.concat([Buffer.from("SSHKRL\n\0"), number(version), Buffer.alloc(24), field(""), field("of 2026")]);
const section = (type: number, ...content: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.of(type), field(Buffer.concat(content))]);
const list = (...sections: readonly Buffer[]): Buffer => Buffer.concat([header(), ...sections]);
const extension = (critical: 0 | 1): Buffer =>
  Buffer.concat([field("reason@example.com"), Buffer.of(critical), field("lost")]);

const [key, other] = ["one key", "another key"].map((name) => Buffer.concat([field("ssh-ed25519"), field(name)]));
if (key === undefined || other === undefined) throw new Error("no keys");
const hash = (algorithm: string) => field(createHash(algorithm).update(key).digest());

describe("a key revocation list", () => {
  test("is told by how it begins", () => {
    expect(isKeyRevocationList(list())).toBe(true);
    expect(isKeyRevocationList(Buffer.from("ssh-ed25519 AAAA\n"))).toBe(false);
    expect(isKeyRevocationList(Buffer.from("SSHKRL\n"))).toBe(false);
    expect(isKeyRevocationList(Buffer.alloc(0))).toBe(false);
  });

  test.each([
    ["key", section(2, field(key))],
    ["SHA-1", section(3, hash("sha1"))],
    ["SHA-256", section(5, hash("sha256"))],
  ])("revokes by the %s, and nothing else", (_by, revoking) => {
    const certificates = section(1, field(""), field(""), section(0x23, field("web01")), section(0x39, extension(0)));
    const isRevoked = readKeyRevocationList(list(certificates, section(255, extension(0)), revoking));
    expect(isRevoked(key.toString("base64"))).toBe(true);
    expect(isRevoked(other.toString("base64"))).toBe(false);
  });

  test("revokes no key by what it says of certificates", () => {
    const isRevoked = readKeyRevocationList(list(section(1, field(key), field(""), section(0x20, Buffer.alloc(16)))));
    expect(isRevoked(key.toString("base64"))).toBe(false);
  });

  test.each([
    ["another version", Buffer.concat([header(2)]), /another version/],
    ["a signature", list(section(4, field(key)), field("signature")), /type 4/],
    ["an unknown section", list(section(9)), /type 9/],
    ["a critical extension", list(section(255, extension(1))), /critical extension reason@example\.com/],
    ["one among certificates", list(section(1, field(""), field(""), section(0x39, extension(1)))), /critical/],
    ["an unknown part of certificates", list(section(1, field(""), field(""), section(0x40))), /type 64/],
    ["a hash that is too short", list(section(5, field(Buffer.alloc(20)))), /hash of the wrong length/],
    ["a key that is longer than its section", list(section(2, number(100), key)), /cut off or damaged/],
    ["a section that is longer than the list", list(Buffer.of(2), number(2 ** 32 - 1)), /cut off or damaged/],
  ])("with %s is not read", (_what, bytes, reason) => {
    expect(() => readKeyRevocationList(bytes)).toThrow(reason);
  });
});
