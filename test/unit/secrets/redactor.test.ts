import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createRedactor } from "../../../src/secrets/redactor.ts";

/** Texts of the shape of a token, made here so that none stands in a file. */
const id = (prefix = "dt0c01") => `${prefix}.${"A1".repeat(12)}`;
const token = (prefix?: string) => `${id(prefix)}.${"B2".repeat(32)}`;

describe("what looks like a token", () => {
  test.each(["dt0c01", "dt0s16", "dt0A99"])("%s: the secret goes, the id stays", (prefix) => {
    const redactor = createRedactor();
    expect(redactor.redact(`Api-Token ${token(prefix)}, again ${token(prefix)}`)).toBe(
      `Api-Token ${id(prefix)}.(secret), again ${id(prefix)}.(secret)`,
    );
  });

  test("an id alone, and what is only like a token, may be shown", () => {
    const redactor = createRedactor();
    for (const text of [id(), `${id()}.short`, "dt0c01.x.y"]) expect(redactor.redact(text)).toBe(text);
  });
});

describe("a token, whether the run has learned it or not,", () => {
  test.each([[true], [false]])("goes in every form, whatever it touches (%s)", (isLearned) => {
    const redactor = createRedactor();
    if (isLearned) redactor.conceal(token());
    for (const form of [token(), `x${token()}`, `${token()}y`, Buffer.from(token()).toString("base64")]) {
      expect(redactor.redact(`<${form}>`)).not.toContain(form.slice(32, 96));
    }
  });

  test("is not taken for what only begins like one in Base64", () => {
    const text = Buffer.from(`dt0c01 ${"harmless ".repeat(20)}`).toString("base64");
    expect(createRedactor().redact(text)).toBe(text);
  });
});

test("a token that was cut with its text goes, too", () => {
  const redactor = createRedactor();
  for (const length of [1, 20, 63]) {
    const cut = `${id()}.${"B2".repeat(32).slice(0, length)}`;
    expect(redactor.redact(`Api-Token ${cut}… (plan)`)).toBe(`Api-Token ${id()}.(secret)… (plan)`);
    expect(redactor.redact(`${cut} x`)).toBe(`${cut} x`);
  }
});

describe("what the run has learned", () => {
  const written: readonly (readonly [string, (text: string) => string])[] = [
    ["Markdown", (text) => text.replace(/[^\sA-Za-z0-9]/g, "\\$&")],
    [
      "HTML",
      (text) =>
        text.replace(/[&<>"']/g, (one) => `&${{ "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#39" }[one]};`),
    ],
    ["XML by numbers", (text) => text.replace(/[^A-Za-z0-9]/gu, (one) => `&#${one.codePointAt(0)};`)],
    [
      "XML by hexadecimal numbers",
      (text) => text.replace(/[^A-Za-z0-9]/gu, (one) => `&#x${one.codePointAt(0)?.toString(16).toUpperCase()};`),
    ],
    ["JSON", (text) => JSON.stringify(text).slice(1, -1)],
    ["JSON in JSON", (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
    [
      "JSON in ASCII",
      (text) => text.replace(/[^A-Za-z0-9]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`),
    ],
    ["a Base64 text in Markdown", (text) => Buffer.from(text).toString("base64").replace(/[+/=]/g, "\\$&")],
  ];

  test.each(written)("goes as %s writes it, whole or cut", (_form, write) => {
    const shown = /[!-~]{6,40}/;
    fc.assert(
      fc.property(fc.stringMatching(new RegExp(`^${shown.source}$`)), fc.nat(100), (secret, at) => {
        const redactor = createRedactor();
        redactor.conceal(secret);
        expect(redactor.redact(`<${write(secret)}>`)).toBe("<(secret)>");
        const cut = secret.slice(0, 6 + (at % Math.max(1, secret.length - 5)));
        if (_form.startsWith("a Base64")) return;
        expect(redactor.redact(`<${write(cut)}…`)).toBe("<(secret)…");
      }),
    );
  });

  test("goes in every form in which it can come out", () => {
    const redactor = createRedactor();
    const secret = 'p@ss "word"/ü';
    redactor.conceal(secret);
    const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString("base64"), JSON.stringify(secret)];
    for (const form of forms) expect(redactor.redact(`<${form}>`)).not.toContain(form.replaceAll('"', ""));
    expect(redactor.redact(`x ${secret} y`)).toBe("x (secret) y");
  });

  test("the end of a line around it does not matter", () => {
    const redactor = createRedactor();
    redactor.conceal("old-form-token\n");
    expect(redactor.redact("token=old-form-token;")).toBe("token=(secret);");
  });

  test("a secret that is part of another leaves nothing of the longer one", () => {
    const redactor = createRedactor();
    redactor.conceal("abcdef");
    redactor.conceal("abcdefghi");
    expect(redactor.redact("abcdefghi abcdef")).toBe("(secret) (secret)");
  });

  test("what is too short takes no harmless text with it", () => {
    const redactor = createRedactor();
    redactor.conceal("");
    redactor.conceal("a");
    expect(redactor.redact("banana")).toBe("banana");
  });

  test("whatever the secret and the text around it, the secret is not in what comes out", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (value, before, after) => {
        const secret = value.trim();
        fc.pre(secret.length >= 6 && !"(secret)".includes(secret));
        const redactor = createRedactor();
        redactor.conceal(value);
        const shown = redactor.redact(`${before}|${secret}|${after}`);
        expect(shown.split("|").slice(1, -1).join("|")).not.toBe(secret);
        expect(shown).toContain("(secret)");
      }),
    );
  });
});
