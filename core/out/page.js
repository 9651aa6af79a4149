// SPDX-License-Identifier: MIT
// Sorts a table by a click on its head and filters its rows by words; both work on what the page already holds.
"use strict";
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const tools = document.createElement("div");
  tools.className = "tools";
  const input = document.createElement("input");
  input.type = "search";
  input.placeholder = "Filter rows";
  input.setAttribute("aria-label", "Filter rows");
  const count = document.createElement("span");
  count.className = "count";
  count.setAttribute("aria-live", "polite");
  tools.append(input, count);
  table.parentNode.before(tools);

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    count.textContent = shown === rows.length ? `${rows.length} rows` : `${shown} of ${rows.length} rows`;
  };
  input.addEventListener("input", filter);
  filter();

  Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
    head.firstElementChild.addEventListener("click", () => {
      const falling = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", falling ? "descending" : "ascending");
      const key = (row) => row.cells[column].textContent;
      const number = rows.every((row) => key(row) === "" || !Number.isNaN(Number(key(row))));
      const order = (a, b) => (number ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b)));
      rows.sort((a, b) => (falling ? order(b, a) : order(a, b)));
      body.append(...rows);
    });
  });
}
