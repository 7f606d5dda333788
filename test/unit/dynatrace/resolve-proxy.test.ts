import { describe, expect, test } from "vitest";
import { resolveProxy } from "../../../src/dynatrace/resolve-proxy.ts";

const cluster = "https://dynatrace.emea.example.com";
const HTTPS_PROXY = "http://proxy.example.com:3128";
const placeFor = (origin: string, environment: Readonly<Record<string, string>>) =>
  resolveProxy(origin, environment)?.place ?? null;

describe("which proxy", () => {
  test.each([
    [{}, null],
    [{ HTTPS_PROXY: "" }, null],
    [{ HTTPS_PROXY }, "proxy.example.com:3128"],
    [{ https_proxy: "http://small.example.com:1" }, "small.example.com:1"],
    [{ HTTPS_PROXY, https_proxy: "http://small.example.com:1" }, "small.example.com:1"],
    [{ HTTP_PROXY: "http://plain.example.com:2" }, "plain.example.com:2"],
    [{ HTTPS_PROXY, http_proxy: "http://plain.example.com:2" }, "proxy.example.com:3128"],
    [{ HTTPS_PROXY: "https://secure.example.com" }, "secure.example.com"],
    [{ HTTPS_PROXY: "proxy.example.com:8080" }, "proxy.example.com:8080"],
    [{ ALL_PROXY: HTTPS_PROXY }, null],
  ])("with %j it is %s", (environment, place) => {
    expect(placeFor(cluster, environment as Readonly<Record<string, string>>)).toBe(place);
  });

  test.each(["http://127.0.0.1:8080", "http://localhost:1", "https://127.9.9.9", "http://[::1]:80"])(
    "none for %s, which is this machine",
    (origin) => {
      expect(placeFor(origin, { HTTPS_PROXY, HTTP_PROXY: HTTPS_PROXY })).toBeNull();
    },
  );
});

describe("NO_PROXY", () => {
  test.each<[string, string, boolean]>([
    ["dynatrace.emea.example.com", cluster, true],
    ["DYNATRACE.EMEA.EXAMPLE.COM", cluster, true],
    ["example.com", cluster, true],
    [".example.com", cluster, true],
    ["*.example.com", cluster, true],
    ["other.example.org, example.com", cluster, true],
    ["other.example.org example.com", cluster, true],
    ["*", cluster, true],
    ["example.com:443", cluster, true],
    ["example.com:8443", cluster, false],
    ["example.com:8443", `${cluster}:8443`, true],
    ["ample.com", cluster, false],
    ["emea.example.com.evil.example", cluster, false],
    ["apac.example.com", cluster, false],
    [",", cluster, false],
    ["10.1.2.3", "https://10.1.2.3", true],
    ["10.0.0.0/8", "https://10.1.2.3", true],
    ["10.0.0.0/16", "https://10.1.2.3", false],
    ["10.0.0.0/99", "https://10.1.2.3", false],
    ["2.3", "https://10.1.2.3", false],
    ["[2001:db8::1]:443", "https://[2001:db8::1]", true],
    ["2001:db8::/32", "https://[2001:db8::1]", true],
    ["10.0.0.0/8", "https://[2001:db8::1]", false],
  ])("%s for %s: %s", (list, origin, direct) => {
    expect(placeFor(origin, { HTTPS_PROXY, NO_PROXY: list }) === null).toBe(direct);
    expect(placeFor(origin, { HTTPS_PROXY, no_proxy: list, NO_PROXY: "" }) === null).toBe(direct);
  });
});

test("a password is a secret in both of its forms, and in no message", () => {
  const secret = ["s3c", "ret@", "word"].join("");
  const proxy = resolveProxy(cluster, {
    HTTPS_PROXY: `http://me:${encodeURIComponent(secret)}@proxy.example.com:3128`,
  });
  expect(proxy).toMatchObject({ place: "proxy.example.com:3128", secrets: [encodeURIComponent(secret), secret] });
  for (const wrong of [`socks5://me:${secret}@p`, `http://me:${secret}@`, `http://me:${secret}@p:port`]) {
    let message = "";
    try {
      resolveProxy(cluster, { https_proxy: wrong });
    } catch (error) {
      message = String(error);
    }
    expect(message).toContain("https_proxy is not the address of a proxy");
    expect(message).not.toContain("s3c");
  }
});
