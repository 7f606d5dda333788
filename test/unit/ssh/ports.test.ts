import { expect, test } from "vitest";
import { parseServices, portOf } from "../../../src/ssh/ports.ts";

const services = parseServices(`# comment
ssh\t\t22/tcp\t# Secure Shell
sunrpc 111/udp portmapper
sunrpc 111/tcp portmapper # RPC
sunrpc 112/tcp
domain 53/udp
broken
bad 70000/tcp
`);

test.each([
  ["22", 22],
  [" 022", 22],
  ["+22", 22],
  ["65535", 65_535],
  ["ssh", 22],
  ["sunrpc", 111],
  ["portmapper", 111],
  ["SSH", undefined],
  ["domain", undefined],
  ["bad", undefined],
  ["0", undefined],
  ["65536", undefined],
  ["0x16", undefined],
  ["22x", undefined],
  ["-1", undefined],
  ["", undefined],
])("%j is the port %j", (value, port) => {
  expect(portOf(value, (name) => services.get(name))).toBe(port);
});
