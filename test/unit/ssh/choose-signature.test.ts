import type { Client } from "ssh2";
import { expect, test } from "vitest";
import { chooseSignature } from "../../../src/ssh/choose-signature.ts";

const usual = ["ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"];
const everything = ["ssh-ed25519", "rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"];

/** What ssh2 is told that a server takes, when logging in begins, and whether an RSA key may sign. */
function told(allowed: readonly string[], taken: readonly string[] | null, flags = 0) {
  let known: readonly string[] | undefined;
  const protocol = {
    _compatFlags: flags,
    _handlers: {
      EXT_INFO(_protocol: unknown, [extension]: readonly { readonly algs?: readonly string[] }[]) {
        known = extension?.algs;
      },
      SERVICE_ACCEPT: () => undefined,
    },
  };
  const mayRsaSign = chooseSignature({ _protocol: protocol } as unknown as Client, allowed);
  const { EXT_INFO: extend, SERVICE_ACCEPT: accept } = protocol._handlers as unknown as {
    EXT_INFO(protocol: unknown, extensions: readonly object[]): void;
    SERVICE_ACCEPT(protocol: unknown, service: string): void;
  };
  if (taken !== null) extend(protocol, [{ name: "server-sig-algs", algs: taken }]);
  expect(known).toBeUndefined();
  accept(protocol, "ssh-userauth");
  return { known, may: mayRsaSign(), flags: protocol._compatFlags };
}

test.each([
  ["the first that is allowed and taken", usual, everything, ["rsa-sha2-512"]],
  ["in the order that is allowed", ["rsa-sha2-256", "rsa-sha2-512"], everything, ["rsa-sha2-256"]],
  ["none that is not taken", usual, ["rsa-sha2-256", "ssh-rsa"], ["rsa-sha2-256"]],
  ["SHA-1 where it comes first", ["ssh-rsa", ...usual], everything, ["ssh-rsa"]],
  ["SHA-1 where the server does not say what it takes", [...usual, "ssh-rsa"], null, ["ssh-rsa"]],
  ["nothing there where SHA-1 is not allowed", usual, null, []],
  ["nothing where nothing is in common", usual, ["ssh-rsa"], []],
])("an RSA key signs with %s", (_what, allowed, taken, expected) => {
  expect(told(allowed, taken)).toMatchObject({ known: expected, may: expected.length > 0 });
});

test("OpenSSH 7.4 takes signatures with SHA-2, whatever it says, and ssh2 has no choice of its own", () => {
  expect(told([...usual, "ssh-rsa"], ["ssh-rsa"], 0b11001)).toEqual({
    known: ["rsa-sha2-512"],
    may: true,
    flags: 0b01001,
  });
  expect(told(["ssh-rsa"], ["ssh-rsa"], 1 << 4)).toMatchObject({ known: [], may: false });
});

test("a version of ssh2 without what is changed is left alone", () => {
  expect(chooseSignature({} as Client, usual)()).toBe(true);
});
