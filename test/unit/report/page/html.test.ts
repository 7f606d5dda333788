import fc from "fast-check";
import { expect, test } from "vitest";
import { type HtmlValue, html, htmlText } from "../../../../src/report/page/html.ts";

test("text is escaped in elements and attributes, markup from here is not", () => {
  const inner = html`<b>${"<&>"}</b>`;
  expect(htmlText(html`<p title="${"\"'>"}">${[inner, 3, null, false, " x"]}</p>`)).toBe(
    '<p title="&quot;&#39;&gt;"><b>&lt;&amp;&gt;</b>3 x</p>',
  );
});

test("data cannot pass for markup, whatever its members are called", () => {
  const data = JSON.parse('{ "markup": "<b>", "Symbol(markup)": "<b>" }') as HtmlValue;
  expect(() => html`${data}`).toThrow(TypeError);
});

test("control characters, and those that turn the direction of writing, become escapes", () => {
  expect(htmlText(html`${"a\u202eb\u0000c\u2066d\ne"}`)).toBe("a\\u202eb\\u0000c\\u2066d\\ne");
});

test("no text ends its element or attribute", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(htmlText(html`${text}`)).not.toMatch(/[<>"']/);
    }),
  );
});
