// Start every part of the page; a part that fails says so in its own place.

async function started(name, start) {
  try {
    return await start();
  } catch (error) {
    const note = document.querySelector(`#${name} .note`);
    if (note) note.textContent = "This browser could not draw the figure. The tables below hold the same numbers.";
    console.error(error);
    return null;
  }
}

for (const table of document.querySelectorAll("table.sortable")) startTable(table);
startClusterRows();
for (const toggle of document.querySelectorAll("[data-open]"))
  toggle.addEventListener("click", () => {
    const wanted = toggle.dataset.open === "all";
    for (const part of document.querySelectorAll("#balance details.cluster")) part.open = wanted;
  });
// A link into a closed part opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
addEventListener("beforeprint", () => { for (const part of document.querySelectorAll("details")) part.open = true; });

// Named for whoever scripts the page, and for the tests.
window.buzzline = { selection, ready: Promise.all([started("map", startMap), started("network", startNetwork)]) };
window.buzzline.ready.then(async ([map, network]) => {
  Object.assign(window.buzzline, { map, network });
  await map?.finished;
  document.documentElement.dataset.ready = "yes";
});
