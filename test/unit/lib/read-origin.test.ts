import fc from "fast-check";
import { expect, test } from "vitest";
import { readOrigin } from "../../../src/lib/read-origin.ts";

test.each([
  ["https://dynatrace.example.com", "https://dynatrace.example.com"],
  ["https://Dynatrace.EXAMPLE.com/", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com:443", "https://dynatrace.example.com"],
  ["https://dynatrace.example.com:8443", "https://dynatrace.example.com:8443"],
  ["https://zürich.example.com", "https://xn--zrich-kva.example.com"],
  ["https://[2001:DB8::1]:9999", "https://[2001:db8::1]:9999"],
  ["http://127.0.0.1:9301", "http://127.0.0.1:9301"],
  ["http://0x7f.1", "http://127.0.0.1"],
])("%s is %s", (text, url) => {
  expect(readOrigin(text)).toEqual({ url });
});

test.each([
  ["dynatrace.example.com"],
  ["https://dynatrace.example.com/e/abc"],
  ["https://dynatrace.example.com?x"],
  ["https://me@dynatrace.example.com"],
  ["http://dynatrace.example.com"],
  ["ftp://dynatrace.example.com"],
  ["https://*.example.com"],
  ["https://$(id).example.com"],
  ["https://a;id.example.com"],
  ["https://a b.example.com"],
  [""],
])("%s is none", (text) => {
  expect(readOrigin(text)).toHaveProperty("reason");
});

test("an origin stays as it is, and has nothing in it that a shell would take apart", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string().map((text) => `https://${text}`),
      ),
      (text) => {
        const read = readOrigin(text);
        if (!("url" in read)) return;
        expect(readOrigin(read.url)).toEqual(read);
        expect(read.url).toMatch(/^https?:[a-z0-9/:._[\]-]+$/);
      },
    ),
  );
});
