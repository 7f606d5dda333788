/**
 * Searching and filtering of a page, for the form that `filterForm` makes. Items (`data-item`) are shown that have all words of
 * the search and, for each name in the form, one of the values that are chosen under it (`data-NAME`, or all of them in
 * `data-item` as `facetNumbers` writes them); where nothing is chosen, all are; names that begin with `view.` narrow nothing. What else the page tells of an item and has its number
 * (`data-with`) is searched with it. Sections (`data-section`) and groups (`data-group`) without an item that is shown are hidden; a group tells in
 * `data-count` how many are. What is chosen stands in the fragment of the address, so that a link leads to it; the
 * form gets an event `shown` whenever it was done. For paper, all that is
 * shown is opened.
 */
export const filterScript = `
"use strict";
(() => {
  const form = document.querySelector("[data-filter]");
  if (form === null) return;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const mostOpened = 200;
  const folded = form.querySelector("[data-facets]");
  const groups = all("[data-group]");
  const sections = all("[data-section]");
  const options = new Map();
  for (const control of form.elements) {
    if (!control.name || control.name === "q" || control.name.startsWith("view.")) continue;
    const values = control.localName === "select" ? [...control.options].map(({ value }) => value) : [control.value];
    options.set(control.name, [...(options.get(control.name) || []), ...values.filter((value) => value !== "")]);
  }
  const names = [...options.keys()];
  const valueOf = ({ element, numbers }, name) =>
    numbers === null ? element.getAttribute("data-" + name) : options.get(name)[numbers[names.indexOf(name)]];
  const besides = new Map(all("[data-with]").map((element) => [Number(element.dataset.with), element]));
  const items = all("[data-item]").map((element, index) => ({
    element,
    beside: besides.get(index),
    numbers: element.dataset.item === "" ? null : element.dataset.item.split(" "),
    group: element.closest("[data-group]"),
    section: element.closest("[data-section]"),
    weight: Number(element.dataset.weight || 1),
    text: null,
  }));
  const totals = new Map(groups.map((group) => [group, 0]));
  for (const { group, weight } of items) totals.set(group, totals.get(group) + weight);
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  const number = (value) => String(value).replace(/\\B(?=(?:\\d{3})+$)/g, ",");
  const textOf = (item) => {
    if (item.text === null) {
      const above = [item.group, item.section].map((element) => element === null ? "" : element.dataset.words || "");
      const beside = item.beside === undefined ? "" : item.beside.textContent;
      item.text = (above.join(" ") + " " + item.element.textContent + " " + beside).toLowerCase();
    }
    return item.text;
  };
  const chosen = () => {
    const names = new Map();
    for (const [name, value] of new FormData(form)) {
      if (name === "q" || name.startsWith("view.") || value === "") continue;
      names.set(name, [...(names.get(name) || []), value]);
    }
    return [...names];
  };
  let openBefore = null;
  const show = () => {
    const words = form.elements.q.value.toLowerCase().split(/\\s+/).filter((word) => word !== "");
    const facets = chosen();
    const filtered = words.length > 0 || facets.length > 0;
    const counts = new Map(groups.map((group) => [group, 0]));
    const seen = new Set();
    let shown = 0;
    let shownItems = 0;
    for (const item of items) {
      const { element, group, section, weight } = item;
      const fits = facets.every(([name, values]) => values.includes(valueOf(item, name) || ""))
        && (words.length === 0 || words.every((word) => textOf(item).includes(word)));
      element.hidden = !fits;
      if (!fits) continue;
      shown += weight;
      shownItems += 1;
      counts.set(group, counts.get(group) + weight);
      seen.add(section);
    }
    for (const section of sections) section.hidden = !seen.has(section);
    if (filtered && openBefore === null) openBefore = new Map(groups.map((group) => [group, group.open]));
    for (const group of groups) {
      const count = counts.get(group);
      group.hidden = count === 0;
      const place = group.querySelector("[data-count]");
      if (place !== null) place.textContent = filtered ? number(count) + " of " + number(totals.get(group)) : number(count);
      if (filtered) group.open = shownItems <= mostOpened || openBefore.get(group);
      else if (openBefore !== null) group.open = openBefore.get(group);
    }
    if (!filtered) openBefore = null;
    const chosenValues = facets.reduce((sum, [, values]) => sum + values.length, 0);
    if (folded !== null) {
      folded.querySelector("summary").textContent = chosenValues === 0 ? "Filters" : "Filters (" + chosenValues + " chosen)";
    }
    const status = form.querySelector("[data-status]");
    status.textContent = filtered
      ? number(shown) + " of " + number(total) + " shown" + (shown === 0 ? ": nothing fits the search and the filters" : "")
      : number(total) + " shown";
    form.dispatchEvent(new Event("shown"));
  };
  const fragment = () => {
    const parts = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value !== "") parts.append(name, value);
    return String(parts);
  };
  const remember = () => {
    const next = fragment();
    try { history.replaceState(null, "", next === "" ? "#" : "#" + next); } catch { /* An address that may not be changed. */ }
  };
  const recall = () => {
    const parts = new URLSearchParams(location.hash.slice(1));
    if (location.hash !== "" && !location.hash.includes("=")) return;
    for (const control of form.elements) {
      if (!control.name) continue;
      if (control.type === "checkbox") control.checked = parts.getAll(control.name).includes(control.value);
      else control.value = parts.get(control.name) || "";
    }
    if (folded !== null && chosen().length > 0) folded.open = true;
    show();
  };
  let waiting = 0;
  form.addEventListener("input", () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => { show(); remember(); });
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { show(); remember(); form.elements.q.focus(); }));
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-open]");
    if (button === null) return;
    for (const group of groups) if (!group.hidden) group.open = button.dataset.open === "yes";
  });
  form.elements.q.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || form.elements.q.value === "") return;
    event.preventDefault();
    form.elements.q.value = "";
    show();
    remember();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.elements.q.focus();
    form.elements.q.select();
  });
  addEventListener("hashchange", recall);
  const closed = [];
  addEventListener("beforeprint", () => {
    closed.push(...all("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed.splice(0)) details.open = false; });
  form.hidden = false;
  recall();
})();
`;
