/**
 * The style of all pages: colours by what they stand for, the layout, and the parts that pages are made of. Colours are
 * told apart by people who see few of them, have a contrast of at least 4.5 to 1 on both grounds, and never tell anything
 * that a sign or word beside them does not tell, too.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f7f9; --line: #c8d0d8; --text: #1a1f24; --muted: #53606c; --link: #0a4fa8;
  --good: #00645a; --added: #0a4fa8; --changed: #5b3fa0; --removed: #a03300; --deployed: #00645a; --warned: #7a4f00;
  --critical: #a3122f; --focus: #0a4fa8; --mark: #fff3c4;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11161b; --raised: #1a2129; --line: #3a4653; --text: #e6ebf0; --muted: #a3b0bc; --link: #86bcff;
    --good: #5cd0bb; --added: #86bcff; --changed: #c3aaff; --removed: #ffa470; --deployed: #5cd0bb; --warned: #e8bb55;
    --critical: #ff9aa8; --focus: #86bcff; --mark: #4a3d10;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1rem clamp(0.75rem, 3vw, 2rem) 3rem; max-width: 80rem;
  background: var(--ground); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
}
h1, h2, h3, h4 { line-height: 1.25; margin: 0; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 0.75rem; }
h3 { font-size: 1rem; }
h4 { font-size: 0.95rem; }
p { margin: 0.5rem 0; }
a { color: var(--link); }
code, .code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.875em; unicode-bidi: isolate; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 2px; }
[hidden] { display: none !important; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.muted { color: var(--muted); }
.verdict { font-size: 1.1rem; font-weight: 600; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 0.15rem 1rem; margin: 0.75rem 0; font-size: 0.9rem; }
.facts dt { color: var(--muted); }
.facts dd { margin: 0; }
.good { color: var(--good); } .added { color: var(--added); } .changed { color: var(--changed); } .removed { color: var(--removed); }
.deployed { color: var(--deployed); } .warned { color: var(--warned); } .critical { color: var(--critical); }
.sign { display: inline-block; min-width: 1.25em; font-weight: 700; text-align: center; font-family: ui-monospace, monospace; }
.tag { border: 1px solid var(--line); border-radius: 1rem; padding: 0 0.5rem; font-size: 0.8rem; font-weight: 400; white-space: nowrap; }
.notice { border: 1px solid var(--line); border-left: 0.4rem solid currentColor; border-radius: 4px; padding: 0.6rem 0.9rem; margin: 0.75rem 0; }
.notice > * { color: var(--text); }
.notice > h2 { margin: 0 0 0.25rem; font-size: 1rem; }
.notice > h3 { color: inherit; margin-bottom: 0.25rem; }
.notice ul { margin: 0.25rem 0; padding-left: 1.25rem; }
.names { margin: 0.25rem 0 0; padding: 0; list-style: none; columns: 16rem; font-size: 0.9rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { font-weight: 600; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; }
.group { border: 1px solid var(--line); border-radius: 4px; margin: 0.5rem 0; }
.group > summary { padding: 0.5rem 0.75rem; background: var(--raised); border-radius: 4px; }
.group > summary h3 { display: inline; }
.group > summary .counts { float: right; margin-left: 1rem; }
.group > :not(summary) { margin: 0.5rem 0.75rem; }
.entries { list-style: none; margin: 0.25rem 0 1rem; padding: 0; }
.entries > li { padding: 0.4rem 0; border-top: 1px solid var(--line); content-visibility: auto; contain-intrinsic-size: auto 5rem; }
.entries > li:first-child { border-top: 0; }
.fields { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.1rem 1rem; margin: 0.25rem 0 0 1.6rem; font-size: 0.9rem; }
.fields dt { color: var(--muted); }
.fields dd { margin: 0; min-width: 0; }
del, ins { text-decoration: none; font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 0.875em; unicode-bidi: isolate; }
del { color: var(--removed); } del::before { content: "\\2212\\A0"; }
ins { color: var(--added); } ins::before { content: "+\\A0"; }
.about { margin: 0.25rem 0 0 1.6rem; font-size: 0.85rem; color: var(--muted); }
.filter { position: sticky; top: 0; z-index: 1; display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; padding: 0.6rem 0; background: var(--ground); border-bottom: 1px solid var(--line); }
.filter fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; }
.filter legend, .filter .label { font-size: 0.8rem; color: var(--muted); padding: 0; }
.filter label { display: inline-flex; align-items: center; gap: 0.3rem; min-height: 1.75rem; }
.filter label.field { flex-direction: column; align-items: start; gap: 0; }
input[type="search"], select, button { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--muted); border-radius: 4px; padding: 0.25rem 0.6rem; min-height: 2rem; max-width: 100%; }
input[type="search"] { width: 18rem; }
input[type="checkbox"] { width: 1.1rem; height: 1.1rem; accent-color: var(--link); }
button { cursor: pointer; background: var(--raised); }
.facets[open] { flex-basis: 100%; order: 1; }
.facets > summary { display: inline-flex; align-items: center; min-height: 2rem; border: 1px solid var(--muted); border-radius: 4px; padding: 0 0.6rem; background: var(--raised); }
.facets > div { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; padding-top: 0.5rem; }
.shown { order: 2; flex-basis: 100%; margin: 0; font-size: 0.9rem; }
@media (max-height: 44rem) { .filter { position: static; } }
@media (max-width: 40rem) {
  body { padding-left: 0.75rem; padding-right: 0.75rem; }
  .filter { position: static; }
  input[type="search"] { width: 100%; }
  .filter label.field { flex-basis: 100%; }
  .facts, .fields { grid-template-columns: 1fr; gap: 0; }
  .fields, .about { margin-left: 0; }
  .facts dd, .fields dd { margin-bottom: 0.35rem; }
  .group > summary .counts { float: none; display: block; margin-left: 0; }
}
@media print {
  :root {
    color-scheme: light;
    --ground: #ffffff; --raised: #ffffff; --line: #8a949e; --text: #000000; --muted: #444444; --link: #000000;
    --good: #00504a; --added: #083f86; --changed: #49327f; --removed: #7f2900; --deployed: #00504a; --warned: #5f3e00; --critical: #7f0e25;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .filter, .skip { display: none !important; }
  .entries > li { content-visibility: visible; break-inside: avoid; }
  .group > summary, h2, h3, h4 { break-after: avoid; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
