import { expect, test } from "vitest";
import { field } from "../../../src/ssh/key-blob.ts";
import { algorithmsIn, kindInError } from "../../../src/ssh/server-algorithms.ts";

const lists = ["kex-a,ext-info-s,kex-strict-s-v00@openssh.com", "key-a,key-b", "c-a", "c-b", "m-a", "m-b"];
const packet = Buffer.concat([Buffer.from([0, 0, 1, 0, 4, 20]), Buffer.alloc(16, 7), ...lists.map(field)]);
const beginning = `Welcome\r\nSSH-2.0-old\r\n${packet.toString("latin1")}`;

test("what a server offers is in its first packet, behind its name", () => {
  expect(algorithmsIn(beginning, "kex")).toEqual(["kex-a"]);
  expect(algorithmsIn(beginning, "serverHostKey")).toEqual(["key-a", "key-b"]);
  expect([algorithmsIn(beginning, "cipher"), algorithmsIn(beginning, "hmac")]).toEqual([["c-a"], ["m-a"]]);
});

test.each(["", "SSH-2.0-old", "SSH-2.0-old\r\n", `SSH-2.0-old\r\n${"x".repeat(100)}`, beginning.slice(0, 45)])(
  "%j tells nothing",
  (text) => {
    expect(algorithmsIn(text, "kex")).toEqual([]);
  },
);

test("ssh2 says of which kind nothing is in common", () => {
  const kinds = ["key exchange algorithm", "host key format", "C->S cipher", "S->C MAC", "C->S compression"];
  expect(kinds.map((kind) => kindInError(`Handshake failed: no matching ${kind}`))).toEqual([
    "kex",
    "serverHostKey",
    "cipher",
    "hmac",
    null,
  ]);
});
