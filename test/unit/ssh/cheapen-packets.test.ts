import { EventEmitter } from "node:events";
import type { Client } from "ssh2";
import { expect, test } from "vitest";
import { cheapenPackets } from "../../../src/ssh/cheapen-packets.ts";

/** A cipher as ssh2 has it after an exchange of keys, and what it wrote. */
function exchangeKeys(name: string) {
  const written: Buffer[] = [];
  const usual = { allocPacket: () => Buffer.from("usual"), _onWrite: (piece: Buffer) => void written.push(piece) };
  const cipher = {
    _encSSLName: name,
    ...(usual as { allocPacket(bytes: number): Buffer; _onWrite(piece: Buffer): void }),
  };
  const client = Object.assign(new EventEmitter(), { _protocol: { _cipher: cipher } });
  cheapenPackets(client as unknown as Client);
  client.emit("handshake");
  return { cipher, usual, written };
}

const sizes = [...Array.from({ length: 40 }, (_, bytes) => bytes), 16_363, 16_364, 32_777, 20_000];

test.each(sizes)("a packet of %i bytes has its length, room for them, and padding to whole blocks", (bytes) => {
  const packet = exchangeKeys("aes-128-gcm").cipher.allocPacket(bytes);
  const padding = packet[4] ?? 0;
  expect(packet.length).toBe(4 + 1 + bytes + padding);
  expect(packet.readUInt32BE(0)).toBe(packet.length - 4);
  expect((packet.length - 4) % 16).toBe(0);
  expect(padding).toBeGreaterThanOrEqual(4);
  expect(padding).toBeLessThan(20);
});

test("no padding comes twice", () => {
  const { cipher } = exchangeKeys("aes-256-gcm");
  const paddings = Array.from({ length: 2_000 }, () => cipher.allocPacket(15).subarray(-16).toString("hex"));
  expect(new Set(paddings).size).toBe(paddings.length);
});

test("a length that waits to leave stays when the next packet is made in the same place", () => {
  const { cipher, written } = exchangeKeys("aes-128-gcm");
  for (const bytes of [32_000, 20_000]) cipher._onWrite(cipher.allocPacket(bytes).subarray(0, 4));
  expect(written.map((piece) => piece.readUInt32BE(0))).toEqual([32_016, 20_016]);
});

test("packets of two connections have places of their own", () => {
  const [one, other] = [exchangeKeys("aes-128-gcm").cipher, exchangeKeys("aes-128-gcm").cipher];
  expect(one.allocPacket(30_000).buffer).toBe(one.allocPacket(20_000).buffer);
  expect(one.allocPacket(30_000).buffer).not.toBe(other.allocPacket(30_000).buffer);
});

test("another encryption stays as it is", () => {
  const { cipher, usual } = exchangeKeys("aes-128-ctr");
  expect(cipher).toMatchObject(usual);
});
