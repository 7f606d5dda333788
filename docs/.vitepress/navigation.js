/**
 * The navigation of the site, which is the map of pages in docs/README.md: a group for each heading of second level, with
 * a link for each row of its table.
 *
 * @param {string} map the Markdown of docs/README.md
 * @returns {readonly { text: string, items: readonly { text: string, link: string }[] }[]} links from the root of the site
 */
export function navigation(map) {
  return map
    .split(/^## /m)
    .slice(1)
    .map((section) => ({
      text: section.slice(0, section.indexOf("\n")),
      items: [...section.matchAll(/^\| \[([^\]]+)\]\(([^)]+)\) \|/gm)].map(([, text = "", link = ""]) => ({
        text,
        link: new URL(link, "site:///docs/").pathname.replace(/README\.md$/, "").replace(/\.md$/, ".html"),
      })),
    }));
}
