/**
 * The anchor of a heading as GitLab and GitHub make it, so that one link leads to the same place there and on the site.
 *
 * @param {string} heading its text, without marks of Markdown
 * @returns {string} what stands behind the `#` of a link
 */
export function slug(heading) {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number} _-]/gu, "")
    .replaceAll(" ", "-");
}
