import { expect, test } from "vitest";
import { algorithmsOf } from "../../../src/ssh/algorithms.ts";
import { askedOf, sshConfigOf } from "../../support/ssh-settings.ts";

const of = (text: string) => algorithmsOf(sshConfigOf(text).lookup(askedOf("web")));

test("lists of ssh_config add, put before, take away or replace", () => {
  expect(of("HostKeyAlgorithms +ssh-rsa\n").serverHostKey.at(-1)).toBe("ssh-rsa");
  expect(of("Ciphers ^aes256-ctr,unknown\n").cipher.slice(0, 2)).toEqual(["aes256-ctr", "aes128-gcm@openssh.com"]);
  expect(of("KexAlgorithms -curve*,ecdh-*\n").kex[0]).toBe("diffie-hellman-group14-sha256");
  expect(of("MACs hmac-md5,hmac-sha1\n").hmac).toEqual(["hmac-md5", "hmac-sha1"]);
});

test("what is old or slow is only offered where ssh_config asks for it", () => {
  const { kex, cipher, hmac, serverHostKey } = of("");
  expect(
    [...kex, ...cipher, ...hmac, ...serverHostKey].filter((name) => /ssh-rsa|dss|cbc|md5|group1-|exchange/.test(name)),
  ).toEqual([]);
});

test("ciphers are offered from the cheapest on", () => {
  const { cipher } = of("");
  expect([cipher[0], cipher.at(-1)]).toEqual(["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"]);
});

test("a list without anything that dtsync has is refused, with what it has", () => {
  expect(() => of("KexAlgorithms sntrup761x25519-sha512\n")).toThrow(
    /no algorithm of KexAlgorithms .*: curve25519-sha256,/,
  );
});
