import { createHash } from "node:crypto";
import { type Html, html, htmlText, trustedText } from "./html.ts";
import { pageStyle } from "./page-style.ts";

/** A page that stands in one file. */
export interface Page {
  readonly title: string;
  readonly body: Html;
  /** Besides the style that all pages have. */
  readonly style?: string;
  /** What the page can do besides what HTML does by itself; everything has to be readable without it. */
  readonly script?: string;
}

/**
 * The page as a document that needs nothing else: its policy lets run and apply just what stands in it, by hashes, and
 * nothing be fetched or sent anywhere.
 */
export function renderPage({ title, body, style = "", script = "" }: Page): string {
  const styles = `${pageStyle}${style}`;
  const policy = [
    "default-src 'none'",
    `style-src '${hashOf(styles)}'`,
    `script-src ${script === "" ? "'none'" : `'${hashOf(script)}'`}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trustedText(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trustedText(styles)}</style>
</head>
<body>
${body}
${script === "" ? null : html`<script>${trustedText(script)}</script>\n`}</body>
</html>
`;
  return htmlText(document);
}

const hashOf = (text: string): string => `sha256-${createHash("sha256").update(text).digest("base64")}`;
