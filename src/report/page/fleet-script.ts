/**
 * How a page shows a fleet, by the controls of the form that begin with `view.`: whose rows there are, in which order they stand,
 * whether environments are signs alone, and how wide the lines over time are. Rows of clusters wait empty in a template
 * (`data-clusters`), and take those cells of the others whose numbers they have (`data-cells`). A line is shown while the environment is whose number on the page it has
 * (`data-with`). Cells together, and lines together, are one stop of the Tab key; arrows go on from there. It stands before
 * `filterScript`, whose event it hears from the first one on.
 */
export const fleetScript = `
"use strict";
(() => {
  const form = document.querySelector("[data-filter]");
  const map = document.querySelector("[data-map]");
  const area = document.querySelector("[data-lines]");
  const cells = [...map.querySelectorAll("[data-item]")];
  const lines = [...document.querySelectorAll("[data-with]")].map((line) => [line, cells[Number(line.dataset.with)]]);
  const placeIn = (row) => row.querySelector(".cells");
  const customers = [...map.children].map((row) => ({ row, own: [...placeIn(row).children] }));
  const clusters = [...document.querySelector("[data-clusters]").content.children].map((row) => ({
    row,
    own: row.dataset.cells.split(" ").map((number) => cells[Number(number)]),
  }));
  const byName = (left, right) => left.row.dataset.words < right.row.dataset.words ? -1 : 1;
  const chosen = (name) => form.elements["view." + name] === undefined ? "" : form.elements["view." + name].value;
  let rows = "";
  let order = "";
  const arrange = () => {
    if (chosen("rows") === rows && chosen("order") === order) return;
    const shown = chosen("rows") === "cluster" ? clusters : customers;
    if (chosen("rows") !== rows) for (const { row, own } of shown) placeIn(row).append(...own);
    rows = chosen("rows");
    order = chosen("order");
    map.classList.toggle("wide-rows", rows === "cluster");
    map.replaceChildren(...(order === "name" ? [...shown].sort(byName) : shown).map(({ row }) => row));
  };
  form.addEventListener("shown", () => {
    map.classList.toggle("signs", chosen("show") === "signs");
    arrange();
    if (rows === "cluster") for (const { row, own } of clusters) row.hidden = own.every((cell) => cell.hidden);
    for (const [line, cell] of lines) line.hidden = cell.hidden;
    for (const enter of entries) enter();
    if (area === null || (area.dataset.zoom || "") === chosen("zoom")) return;
    area.dataset.zoom = chosen("zoom");
    // What is there now is what is looked for.
    area.scrollLeft = area.scrollWidth;
  });
  const middleOf = ({ left, right }) => (left + right) / 2;
  /** The nearest one of the next line on the screen, or of the one before. */
  const acrossLines = (shown, from, step) => {
    const here = shown[from].getBoundingClientRect();
    let nearest = null;
    for (let index = from + step; index >= 0 && index < shown.length; index += step) {
      const box = shown[index].getBoundingClientRect();
      if (nearest === null && (step > 0 ? box.top < here.bottom : box.bottom > here.top)) continue;
      if (nearest !== null && box.top !== nearest.top) break;
      const distance = Math.abs(middleOf(box) - middleOf(here));
      if (nearest === null || distance < nearest.distance) nearest = { index, distance, top: box.top };
    }
    return nearest === null ? from : nearest.index;
  };
  const alongLine = (shown, from, step) => {
    const row = shown[from].parentElement;
    let index = from;
    while (shown[index + step] !== undefined && shown[index + step].parentElement === row) index += step;
    return index;
  };
  /** Makes all items of a part of the page one stop of the Tab key; gives what finds the stop again when some are hidden. */
  const oneStop = (part, selector) => {
    const summaryOf = (item) => item.querySelector("summary");
    let stop = null;
    for (const item of part.querySelectorAll(selector)) summaryOf(item).tabIndex = -1;
    const enter = (item) => {
      if (stop !== null) summaryOf(stop).tabIndex = -1;
      stop = item;
      if (stop !== null) summaryOf(stop).tabIndex = 0;
    };
    part.addEventListener("focusin", ({ target }) => {
      const item = target.closest(selector);
      if (item !== null) enter(item);
    });
    part.addEventListener("keydown", (event) => {
      if (event.target.localName !== "summary" || event.altKey || event.metaKey) return;
      const shown = [...part.querySelectorAll(selector + ":not([hidden])")];
      const from = shown.indexOf(event.target.parentElement);
      const to = {
        ArrowRight: () => Math.min(from + 1, shown.length - 1),
        ArrowLeft: () => Math.max(from - 1, 0),
        ArrowDown: () => acrossLines(shown, from, 1),
        ArrowUp: () => acrossLines(shown, from, -1),
        Home: () => event.ctrlKey ? 0 : alongLine(shown, from, -1),
        End: () => event.ctrlKey ? shown.length - 1 : alongLine(shown, from, 1),
      }[event.key];
      if (from < 0 || to === undefined) return;
      event.preventDefault();
      const summary = summaryOf(shown[to()]);
      // The form may stay in sight above what scrolls.
      summary.style.scrollMarginTop = getComputedStyle(form).position === "sticky" ? form.offsetHeight + "px" : "";
      summary.focus();
    });
    return () => {
      if (stop === null || stop.hidden) enter(part.querySelector(selector + ":not([hidden])"));
    };
  };
  const entries = [oneStop(map, "[data-item]"), ...(area === null ? [] : [oneStop(area, "[data-with]")])];
  document.querySelector("[data-keys]").hidden = false;
  const mostHovered = 12;
  document.addEventListener("pointerover", ({ target }) => {
    const found = target.closest("[data-item], [data-with]");
    if (found === null || found.title !== "") return;
    const more = [...found.querySelectorAll("li")].slice(0, mostHovered).map((item) => item.textContent);
    found.title = [found.querySelector("summary").textContent.trim(), ...more].join("\\n");
  });
})();
`;
