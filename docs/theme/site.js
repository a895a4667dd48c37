// Search and the menu of narrow screens. The index is a script beside this one, so both work
// from a folder as well as from a server.
(() => {
  const field = document.getElementById("search");
  const found = document.getElementById("found");
  const menu = document.querySelector(".menu");
  const nav = document.getElementById("nav");
  const fold = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
  const index = (window.SEARCH_INDEX || []).map((entry) => ({
    ...entry, inTitle: fold(entry.title + " " + entry.page), inText: fold(entry.text),
  }));

  const score = (entry, words) => words.reduce((sum, word) => {
    const place = entry.inTitle.indexOf(word);
    const value = place === 0 ? 12 : place > 0 ? 8 : entry.inText.includes(word) ? 2 : -1000;
    return sum + value;
  }, 0);

  const clip = (entry, word) => {
    const at = Math.max(0, entry.inText.indexOf(word) - 40);
    return (at ? "… " : "") + entry.text.slice(at, at + 130) + (entry.text.length > at + 130 ? " …" : "");
  };

  const show = () => {
    const words = fold(field.value).split(/\s+/).filter(Boolean);
    found.replaceChildren();
    found.hidden = !words.length;
    if (!words.length) return;
    const hits = index.map((entry) => [score(entry, words), entry])
      .filter(([value]) => value > 0).sort((a, b) => b[0] - a[0]).slice(0, 12);
    for (const [, entry] of hits) {
      const link = document.createElement("a");
      link.href = field.dataset.base + entry.url;
      link.textContent = entry.title === entry.page ? entry.title : `${entry.title} · ${entry.page}`;
      const small = document.createElement("small");
      small.textContent = clip(entry, words[0]);
      link.append(small);
      const line = document.createElement("li");
      line.append(link);
      found.append(line);
    }
    if (!hits.length) {
      const line = document.createElement("li");
      line.className = "nothing";
      line.textContent = "Nothing has all of these words.";
      found.append(line);
    }
  };

  const move = (step) => {
    const links = [...found.querySelectorAll("a")];
    if (!links.length) return;
    const next = links.indexOf(document.activeElement) + step;
    (next < 0 ? field : links[Math.min(next, links.length - 1)]).focus();
  };

  field.addEventListener("input", show);
  document.addEventListener("keydown", (event) => {
    const typing = document.activeElement === field;
    if (event.key === "/" && !typing) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape") { found.hidden = true; field.blur(); }
    if (found.hidden || !(typing || found.contains(document.activeElement))) return;
    if (event.key === "ArrowDown") { event.preventDefault(); move(1); }
    if (event.key === "ArrowUp") { event.preventDefault(); move(-1); }
    if (event.key === "Enter" && typing) found.querySelector("a")?.click();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".search")) found.hidden = true;
  });
  menu.addEventListener("click", () => {
    menu.setAttribute("aria-expanded", String(nav.classList.toggle("open")));
  });
})();
