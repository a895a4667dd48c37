// Tables that can be sorted by a click or a key, filtered, and taken away as CSV.

function cellValue(cell) {
  return cell.dataset.value ?? cell.textContent.trim();
}

function sortTable(table, column, direction) {
  const body = table.tBodies[0];
  const isNumber = table.tHead.rows[0].cells[column].dataset.kind === "number";
  const keyed = [...body.rows].map((row, index) => ({ row, index, value: cellValue(row.cells[column]) }));
  const collator = new Intl.Collator(LANGUAGE, { numeric: true });
  keyed.sort((p, q) => {
    // Empty cells stay last in both directions.
    if ((p.value === "") !== (q.value === "")) return p.value === "" ? 1 : -1;
    const order = isNumber ? p.value - q.value : collator.compare(p.value, q.value);
    return (direction === "descending" ? -order : order) || p.index - q.index;
  });
  body.append(...keyed.map(({ row }) => row));
}

function startTable(table) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    button?.addEventListener("click", () => {
      const first = head.dataset.kind === "number" ? "descending" : "ascending";
      const other = first === "ascending" ? "descending" : "ascending";
      const direction = head.getAttribute("aria-sort") === first ? other : first;
      for (const every of heads) every.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      sortTable(table, column, direction);
    });
  });
  const holder = table.closest(".table");
  holder.querySelector("[data-act=csv]")?.addEventListener("click", () => {
    const names = heads.map((head) => head.dataset.name);
    const rows = [...table.tBodies[0].rows].filter((row) => !row.hidden);
    downloadCsv(`${table.id.replace("table-", "")}.csv`, [names, ...rows.map((row) => [...row.cells].map(cellValue))]);
  });
  const filter = holder.querySelector("input[type=search]");
  filter?.addEventListener("input", () => {
    const words = filter.value.toLocaleLowerCase(LANGUAGE).split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of table.tBodies[0].rows) {
      const text = row.textContent.toLocaleLowerCase(LANGUAGE);
      row.hidden = !words.every((word) => text.includes(word));
      left += !row.hidden;
    }
    holder.querySelector(".left").textContent = words.length ? `${whole(left)} rows match` : "";
  });
}

function startClusterRows() {
  const rows = new Map([...document.querySelectorAll("tr[data-cluster]")].map((row) => [row.dataset.cluster, row]));
  const still = REDUCED ? "auto" : "smooth";
  for (const [id, row] of rows)
    row.querySelector("[data-act=show]")?.addEventListener("click", () => {
      selection.choose(id, "table");
      document.getElementById("map")?.scrollIntoView({ behavior: still, block: "center" });
    });
  selection.follow((chosen) => {
    for (const [id, row] of rows) row.classList.toggle("is-chosen", id === chosen);
    const row = rows.get(chosen), pane = row?.closest(".scroll");
    // Bring the row into its own window without moving the page under the reader.
    if (pane && pane.scrollHeight > pane.clientHeight)
      pane.scrollTo({ top: row.offsetTop - pane.clientHeight / 2, behavior: still });
  });
}
