import { expect, test } from "vitest";
import { isLoopback } from "../../../src/lib/loopback.ts";

test.each(["localhost", "[::1]", "127.0.0.1", "127.30.1.255"])("%s is this machine", (hostname) => {
  expect(isLoopback(hostname)).toBe(true);
});

test.each(["localhost.example.com", "127.0.0.1.example.com", "[::2]", "128.0.0.1", "127.1", ""])(
  "%s is not, or not for certain",
  (hostname) => {
    expect(isLoopback(hostname)).toBe(false);
  },
);
