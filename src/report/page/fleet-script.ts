/**
 * How a page shows a fleet, by the controls of the form that begin with `view.`: in which order its customers stand, whether
 * environments are signs alone, and how wide the lines over time are. A line is shown while the environment is whose number on
 * the page it has (`data-with`). It stands before `filterScript`, whose event it hears from the first one on.
 */
export const fleetScript = `
"use strict";
(() => {
  const form = document.querySelector("[data-filter]");
  const map = document.querySelector("[data-map]");
  const area = document.querySelector("[data-lines]");
  const rows = [...map.children];
  const byName = [...rows].sort((left, right) => left.dataset.words < right.dataset.words ? -1 : 1);
  const cells = [...map.querySelectorAll("[data-item]")];
  const lines = [...document.querySelectorAll("[data-with]")].map((line) => [line, cells[Number(line.dataset.with)]]);
  const chosen = (name) => form.elements["view." + name] === undefined ? "" : form.elements["view." + name].value;
  let order = "";
  form.addEventListener("shown", () => {
    map.classList.toggle("signs", chosen("show") === "signs");
    if (chosen("order") !== order) {
      order = chosen("order");
      map.append(...(order === "name" ? byName : rows));
    }
    for (const [line, cell] of lines) line.hidden = cell.hidden;
    if (area === null || (area.dataset.zoom || "") === chosen("zoom")) return;
    area.dataset.zoom = chosen("zoom");
    // What is there now is what is looked for.
    area.scrollLeft = area.scrollWidth;
  });
  const mostHovered = 12;
  document.addEventListener("pointerover", ({ target }) => {
    const found = target.closest("[data-item], [data-with]");
    if (found === null || found.title !== "") return;
    const more = [...found.querySelectorAll("li")].slice(0, mostHovered).map((item) => item.textContent);
    found.title = [found.querySelector("summary").textContent.trim(), ...more].join("\\n");
  });
})();
`;
