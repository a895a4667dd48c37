// The map of clusters and ties. Flows are gathered anew at every zoom level and for every choice
// of layers, because raw ties are a hairball; the note below the map says what share is drawn.

class ClusterMap {
  constructor(figure, meta, data, coarse, fine) {
    Object.assign(this, { figure, meta, data, coarse, fine, canvas: figure.querySelector("canvas") });
    this.project();
    this.frame = new Frame(this.canvas, {
      extent: this.extent(), most: 512 * 2 ** 11,
      draw: (pen, hurried) => this.draw(pen, hurried),
      inspect: (x, y) => this.describe(this.under(x, y)),
      choose: (x, y) => {
        const group = this.under(x, y)?.group;
        const at = group ? group.clusters.findIndex((c) => c.id === selection.id) : -1;
        selection.choose(group?.clusters[at + 1]?.id ?? null, "map"); // the next of those at one spot
      },
      step: (by) => this.stepCluster(by),
    });
    selection.follow((id, origin) => this.follow(id, origin));
    figure.addEventListener("change", () => this.frame.redraw());
    this.wireButtons();
    this.frame.paint(false);
  }

  project() {
    const { data, meta } = this;
    const mercator = (qx, qy) => {
      const n = qx.length, x = new Float64Array(n), y = new Float64Array(n);
      for (let i = 0; i < n; i++) {
        x[i] = qx[i] / 3_600_000;
        y[i] = mercatorY(Math.max(-85, Math.min(85, qy[i] / 10_000 - 90)));
      }
      return { x, y };
    };
    this.sites = { ...mercator(data.siteX, data.siteY), n: data.siteN };
    this.dots = { ...mercator(data.dotX, data.dotY), n: data.dotN };
    this.gathering = new Gathering(meta, data, this.sites);
    this.dotOrder = Array.from(this.dots.n.keys()).sort((a, b) => this.dots.n[b] - this.dots.n[a] || a - b);
    const largest = Math.max(1, ...meta.clusters.map((c) => c.n));
    const wordings = namings(meta.clusters);
    this.clusters = meta.clusters.map((c, index) => ({
      ...c, index, wordings: wordings(c), town: townOf(c), x: c.lon / 360 + 0.5, y: mercatorY(c.lat), r: 5 + 15 * Math.sqrt(c.n / largest),
      outline: c.hull.map(([lon, lat]) => [lon / 360 + 0.5, mercatorY(lat)]),
    }));
  }

  // All clusters, and all organisations but a far-flung few.
  extent() {
    const { n } = this.dots, total = d3.sum(n);
    const middle = (values, marks) => {
      if (!values.length) return [Math.min(0.1, ...marks), Math.max(0.9, ...marks)];
      const order = d3.sort(d3.range(values.length), (i) => values[i]);
      const before = d3.cumsum(order, (i) => n[i]);
      const at = (q) => values[order[Math.min(values.length - 1, d3.bisectLeft(before, q * total))]];
      const most = [Math.min(at(0.02), ...marks), Math.max(at(0.98), ...marks)];
      const all = [Math.min(at(0), ...marks), Math.max(at(1), ...marks)];
      // A few far away are left outside only if they would make all the rest small.
      return most[1] - most[0] > 0.75 * (all[1] - all[0]) ? all : most;
    };
    const [x0, x1] = middle(this.dots.x, this.clusters.map((c) => c.x));
    const [y0, y1] = middle(this.dots.y, this.clusters.map((c) => c.y));
    const pad = Math.max(0, (0.002 - Math.max(x1 - x0, y1 - y0)) / 2);
    return [x0 - pad, y0 - pad, x1 + pad, y1 + pad];
  }

  choices() {
    const { figure } = this;
    return {
      show: ticked(figure, "show"), scale: ticked(figure, "scale"), layer: ticked(figure, "layer"),
      industry: figure.querySelector("[name=industry]").value,
      colour: figure.querySelector("[name=colour]").value,
    };
  }

  siteName(hub) {
    const site = this.seen.voice.get(hub)?.site ?? hub;
    const { names, countries } = this.meta.sites;
    const country = countries[site] ? countryName(countries[site]) : "";
    if (names[site]) return country ? `${names[site]}, ${country}` : names[site];
    const lat = this.data.siteY[site] / 10_000 - 90, lon = this.data.siteX[site] / 10_000 - 180;
    return `${country ? `${country}, ` : ""}near ${lat.toFixed(2)}, ${lon.toFixed(2)}`;
  }

  draw(pen, hurried) {
    const choices = this.choices(), { frame } = this, { width, height, view } = frame;
    pen.fillStyle = palette.sea;
    pen.fillRect(0, 0, width, height);
    this.drawLand(pen, hurried);
    this.labels = new Labels(width, height);
    if (choices.show.clusters) this.drawFootprints(pen, choices);
    if (choices.show.organisations) this.drawDots(pen, choices, hurried);
    const level = Math.round(Math.log2(view.k) * 2) / 2;
    this.seen = this.inView(this.gathering.flows(level, choices));
    this.drawFlows(pen);
    if (choices.show.clusters) this.drawClusters(pen, choices);
    this.drawNames(pen);
    this.note(choices);
  }

  drawLand(pen, hurried) {
    const { view, width, height } = this.frame;
    const sheet = !hurried && view.k > 1500 && this.fine ? this.fine : this.coarse;
    const shrink = view.k / SHEET;
    pen.save();
    pen.translate(width / 2 - view.x * view.k, height / 2 - view.y * view.k);
    pen.scale(shrink, shrink);
    pen.fillStyle = palette.land;
    pen.fill(sheet.land);
    pen.lineWidth = 0.8 / shrink;
    pen.strokeStyle = palette.border;
    pen.stroke(sheet.borders);
    pen.restore();
  }

  // What dots are coloured by: the rest, or in no cluster, comes last.
  dotLooks(colour) {
    const { industries, kinds } = this.meta;
    return { industry: industries, kind: kinds }[colour]
      ?? [{ name: "in a cluster", colour: palette.accent, n: 1 }, { name: "in no cluster", colour: palette.other, n: 1 }];
  }

  drawDots(pen, { colour, industry }, hurried) {
    const { frame, dots, data, meta } = this, { view, width, height } = frame;
    const grown = Math.max(0.6, Math.min(2.2, Math.log2(view.k / 400) / 3));
    const every = hurried && this.dotOrder.length > 60_000 ? 5 : 1;
    const only = meta.industries.findIndex((entry) => entry.name === industry);
    const colours = this.dotLooks(colour).map((entry) => entry.colour);
    const codes = { industry: data.dotCategory, kind: data.dotKind }[colour];
    const paths = colours.map(() => new Path2D());
    for (let i = 0; i < this.dotOrder.length; i += every) {
      const dot = this.dotOrder[i];
      const x = (dots.x[dot] - view.x) * view.k + width / 2, y = (dots.y[dot] - view.y) * view.k + height / 2;
      if (x < -9 || y < -9 || x > width + 9 || y > height + 9) continue;
      if (only >= 0 && data.dotCategory[dot] !== only) continue;
      const r = Math.min(7, 1.25 * grown * dots.n[dot] ** 0.35);
      const path = paths[codes ? codes[dot] : +(data.dotCluster[dot] < 0)];
      path.moveTo(x + r, y);
      path.arc(x, y, r, 0, 2 * Math.PI);
    }
    pen.globalAlpha = 0.62;
    // The rest first, so that what one can name lies on top.
    for (const code of [...paths.keys()].reverse()) {
      pen.fillStyle = colours[code];
      pen.fill(paths[code]);
    }
    pen.globalAlpha = 1;
  }

  // What has an end in the window, and as many of the strongest as the window holds.
  inView({ flows, inside, voice }) {
    const { frame, sites } = this, { width, height } = frame;
    const isIn = (site) => {
      const [x, y] = frame.toScreen(sites.x[site], sites.y[site]);
      return x >= 0 && y >= 0 && x <= width && y <= height;
    };
    const seen = flows.filter((flow) => isIn(flow.a) || isIn(flow.b));
    const room = Math.max(30, Math.min(160, Math.round((width * height) / 5000)));
    return { voice, flows: seen, drawn: seen.slice(0, room), inside: inside.filter((place) => isIn(place.a)) };
  }

  curve(flow) {
    const { frame, sites } = this;
    let [x0, y0] = frame.toScreen(sites.x[flow.a], sites.y[flow.a]);
    let [x1, y1] = frame.toScreen(sites.x[flow.b], sites.y[flow.b]);
    const wide = frame.view.k;
    // Across the Pacific the short way: out at one edge of the sheet, in at the other.
    const turns = Math.abs(x1 - x0) > wide / 2 ? [Math.sign(x0 - x1) * wide] : [0];
    if (turns[0]) turns.push(-turns[0]);
    return turns.map((turn, i) => {
      const ax = i ? x0 + turn : x0, bx = i ? x1 : x1 + turn;
      const dx = bx - ax, dy = y1 - y0;
      const bend = Math.sign(dx || 1) * 0.16;
      return { ax, ay: y0, bx, by: y1, cx: (ax + bx) / 2 + dy * bend, cy: (y0 + y1) / 2 - dx * bend };
    });
  }

  drawFlows(pen) {
    const { drawn, inside } = this.seen;
    const most = drawn.length ? drawn[0].n : 1;
    pen.lineCap = "round";
    pen.globalAlpha = 0.6;
    for (const flow of [...drawn].reverse()) {
      pen.strokeStyle = palette.scale[scales[flow.s]];
      pen.lineWidth = this.thickness(flow.n, most);
      pen.beginPath();
      for (const { ax, ay, bx, by, cx, cy } of this.curve(flow)) {
        pen.moveTo(ax, ay);
        pen.quadraticCurveTo(cx, cy, bx, by);
      }
      pen.stroke();
    }
    pen.globalAlpha = 0.9;
    const busiest = inside.length ? inside[0].n : 1;
    for (const place of inside.slice(0, 120)) {
      const [x, y] = this.frame.toScreen(this.sites.x[place.a], this.sites.y[place.a]);
      pen.strokeStyle = palette.scale[scales[place.parts.indexOf(Math.max(...place.parts))]];
      pen.lineWidth = 2;
      pen.beginPath();
      pen.arc(x, y, 3 + 9 * Math.sqrt(place.n / busiest), 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  thickness(n, most) { return 0.9 + 5.6 * Math.sqrt(n / most) * Math.min(1, 0.35 + most / 30); }

  shown({ industry }) {
    return industry ? this.clusters.filter((c) => c.industry === industry) : this.clusters;
  }

  drawFootprints(pen, choices) {
    const { frame } = this;
    pen.lineJoin = "round";
    for (const cluster of this.shown(choices)) {
      if (cluster.outline.length < 3) continue;
      const corners = cluster.outline.map(([x, y]) => frame.toScreen(x, y));
      const xs = corners.map(([x]) => x);
      if (Math.max(...xs) - Math.min(...xs) < 3 * cluster.r) continue;
      pen.beginPath();
      corners.forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
      pen.closePath();
      const isChosen = cluster.id === selection.id;
      pen.globalAlpha = isChosen ? 0.2 : 0.09;
      pen.fillStyle = palette.accent;
      pen.fill();
      pen.globalAlpha = isChosen ? 0.9 : 0.35;
      pen.lineWidth = isChosen ? 1.6 : 1;
      pen.strokeStyle = palette.accent;
      pen.stroke();
    }
    pen.globalAlpha = 1;
  }

  // Clusters at one spot of the screen share a circle: the strongest stands for the others.
  groups(choices) {
    const { frame } = this, { width, height } = frame;
    const list = [];
    for (const cluster of this.shown(choices)) {
      const [sx, sy] = frame.toScreen(cluster.x, cluster.y);
      const r = cluster.r * Math.max(0.6, Math.min(1.15, Math.log2(frame.view.k / 250) / 4));
      if (sx < -r || sy < -r || sx > width + r || sy > height + r) continue;
      const host = list.find((group) => Math.hypot(group.sx - sx, group.sy - sy) < 0.75 * Math.max(group.r, r) + 3);
      if (host) {
        host.clusters.push(cluster);
        host.r = Math.max(host.r, r);
      } else list.push({ sx, sy, r, clusters: [cluster] });
    }
    return list;
  }

  drawClusters(pen, choices) {
    const { width, height } = this.frame;
    this.grouped = this.groups(choices);
    const isChosen = (group) => group.clusters.some((c) => c.id === selection.id);
    for (const group of [...this.grouped].reverse()) {
      pen.beginPath();
      pen.arc(group.sx, group.sy, group.r, 0, 2 * Math.PI);
      pen.fillStyle = palette.accent;
      pen.globalAlpha = isChosen(group) ? 0.42 : 0.13;
      pen.fill();
      pen.globalAlpha = 1;
      pen.lineWidth = isChosen(group) ? 3.2 : 1.5;
      pen.strokeStyle = palette.accent;
      pen.stroke();
    }
    // The chosen cluster is named first, then where most members are.
    const size = (group) => d3.sum(group.clusters, (c) => c.n);
    const order = [...this.grouped].sort((p, q) => isChosen(q) - isChosen(p) || size(q) - size(p));
    const room = Math.max(8, Math.round((width * height) / 14_000));
    for (const { sx, sy, r } of order) {
      const inner = r * 0.6; // names may touch the rim of a circle, not lie on it
      this.labels.bar(sx - inner, sy - inner, 2 * inner, 2 * inner);
    }
    let named = 0;
    for (const group of order) {
      if (named >= room) break;
      const look = { gap: group.r + 2, size: 12.5, weight: isChosen(group) ? 700 : 600, colour: palette.accent };
      if (this.labels.place(pen, this.wordings(group), group.sx, group.sy, look)) named++;
    }
  }

  wordings({ clusters }) {
    const chosen = clusters.find((c) => c.id === selection.id);
    if (chosen || clusters.length === 1) return (chosen ?? clusters[0]).wordings;
    const towns = new Set(clusters.map((c) => c.town)), [{ town }] = clusters;
    return towns.size > 1 ? [`${town} area · ${clusters.length} clusters`, `${town} +${clusters.length - 1}`, town]
      : [`${town} · ${clusters.length} clusters`, `${town} +${clusters.length - 1}`, town];
  }

  drawNames(pen) {
    const { frame } = this;
    const room = Math.max(4, Math.round((frame.width * frame.height) / 40_000));
    const busy = new Map();
    for (const flow of this.seen.drawn) for (const end of [flow.a, flow.b]) busy.set(end, (busy.get(end) ?? 0) + flow.n);
    const ends = [...busy].sort((p, q) => q[1] - p[1] || p[0] - q[0]).slice(0, room);
    for (const [site] of ends) {
      const name = this.meta.sites.names[this.seen.voice.get(site)?.site ?? site];
      const [x, y] = frame.toScreen(this.sites.x[site], this.sites.y[site]);
      if (name && !this.labels.boxes.some((box) => box.text.includes(name)))
        this.labels.place(pen, name, x, y, { gap: 7, size: 11, colour: palette.ink });
    }
    for (const country of this.coarse.names) {
      if (country.size * (frame.view.k / (2 * Math.PI)) ** 2 < 2600) break;
      const [x, y] = frame.toScreen(country.x, country.y);
      this.labels.place(pen, country.name, x, y, { size: 10.5, colour: palette.quiet, centred: true });
    }
  }

  // The sentence that keeps the picture honest.
  note(choices) {
    const { totals } = this.meta, { flows, drawn, inside } = this.seen;
    const sum = (list) => list.reduce((total, { n }) => total + n, 0);
    const across = sum(drawn), within = sum(inside), shownTies = across + within;
    const parts = [
      `Drawn: ${drawn.length < flows.length ? `the ${whole(drawn.length)} strongest of ` : ""}${whole(flows.length)} flows in view`
      + ` and ${counted(inside.length, "place with ties inside it", "places with ties inside them")}, together ${whole(shownTies)} of ${whole(totals.ties)} ties (${percent(shownTies, totals.ties)}).`,
    ];
    if (totals.placed < totals.ties) parts.push(`${counted(totals.ties - totals.placed, "tie cannot be drawn: an end has no coordinates", "ties cannot be drawn: an end has no coordinates")}.`);
    if (totals.grid >= 0.05) parts.push(`Places within ${totals.grid} degrees of each other count as one.`);
    if (totals.keptTies < totals.placed) parts.push(`The page holds the ${whole(totals.keptFlows)} strongest of ${whole(totals.flows)} flows between places (${percent(totals.keptTies, totals.placed)} of the ties with coordinates).`);
    if (choices.show.organisations && totals.oneIn > 1) parts.push(`One dot in ${totals.oneIn} is drawn.`);
    this.said = parts.join(" ");
    const line = this.figure.querySelector(".note");
    if (line.textContent !== this.said) line.textContent = this.said;
  }

  under(x, y) {
    const choices = this.choices();
    if (choices.show.clusters) {
      const hits = this.grouped.filter((group) => Math.hypot(group.sx - x, group.sy - y) < group.r + 3);
      if (hits.length) return { group: d3.least(hits, (a, b) => a.r - b.r) };
    }
    for (const place of this.seen.inside.slice(0, 120)) {
      const [sx, sy] = this.frame.toScreen(this.sites.x[place.a], this.sites.y[place.a]);
      if (Math.hypot(sx - x, sy - y) < 9) return { place };
    }
    let nearest = null, best = 6;
    for (const flow of this.seen.drawn)
      for (const { ax, ay, bx, by, cx, cy } of this.curve(flow))
        for (let t = 0; t <= 1; t += 1 / 24) {
          const u = 1 - t;
          const d = Math.hypot(u * u * ax + 2 * u * t * cx + t * t * bx - x, u * u * ay + 2 * u * t * cy + t * t * by - y);
          if (d < best) { best = d; nearest = flow; }
        }
    return nearest ? { flow: nearest } : null;
  }

  describe(hit) {
    if (!hit) return "";
    if (hit.group?.clusters.length > 1) {
      const names = hit.group.clusters.slice(0, 6).map((c) => `${c.town} · ${c.industry} (${whole(c.n)})`);
      const more = hit.group.clusters.length - names.length;
      return `${names.join("; ")}${more > 0 ? `; ${more} more` : ""}. Click to go through them.`;
    }
    const cluster = hit.cluster ?? hit.group?.clusters[0];
    if (cluster) {
      const { label, industry, n, ratio, low, high } = cluster;
      const range = low === null ? "" : ` (${low.toFixed(1)} to ${high.toFixed(1)})`;
      return `${label} · ${industry}: ${whole(n)} members, ${ratio.toFixed(1)} times expected${range}`;
    }
    if (hit.place) return `${this.siteName(hit.place.a)}: ${whole(hit.place.n)} ties inside`;
    const { a, b, s, n } = hit.flow;
    return `${this.siteName(a)} – ${this.siteName(b)}: ${whole(n)} ${scales[s]} ties`;
  }

  stepCluster(by) {
    const list = this.shown(this.choices());
    if (!list.length) return;
    const at = list.findIndex((c) => c.id === selection.id);
    selection.choose(list[(at + by + list.length) % list.length].id, "step");
  }

  follow(id, origin) {
    const cluster = this.clusters.find((c) => c.id === id);
    const box = this.figure.querySelector(".chosen");
    box.replaceChildren();
    if (cluster) {
      box.append(`${this.describe({ cluster })}. `);
      for (const [prefix, text] of [["row", "Row in the table"], ["balance", "Its ties by scale"]]) {
        if (!document.getElementById(`${prefix}-${id}`)) continue;
        const link = document.createElement("a");
        link.href = `#${prefix}-${id}`;
        link.textContent = text;
        box.append(link, " ");
      }
      if (origin !== "map") this.goTo(cluster);
    }
    this.frame.redraw();
  }

  goTo(cluster) {
    const xs = [cluster.x, ...cluster.outline.map(([x]) => x)], ys = [cluster.y, ...cluster.outline.map(([, y]) => y)];
    const pad = 0.004;
    this.frame.fit([Math.min(...xs) - pad, Math.min(...ys) - pad, Math.max(...xs) + pad, Math.max(...ys) + pad], 40);
  }

  wireButtons() {
    const { figure, frame } = this;
    const on = (name, act) => figure.querySelector(`[data-act=${name}]`).addEventListener("click", act);
    on("in", () => frame.zoom(1.6));
    on("out", () => frame.zoom(1 / 1.6));
    on("fit", () => { frame.fit(); frame.redraw(); });
    on("png", () => this.png());
    on("csv", () => this.csv());
  }

  png() {
    const { show, colour, scale } = this.choices();
    const legend = scales.filter((name) => scale[name] && name !== "unknown")
      .map((name) => ({ text: `${name} ties`, mark: lineMark(palette.scale[name]) }));
    if (show.clusters) legend.push({ text: "candidate cluster, area by members", mark: discMark(palette.accent, true) });
    if (show.organisations) {
      const entries = this.dotLooks(colour).filter((entry) => entry.n);
      legend.push(...entries.map((entry) => ({ text: entry.name, mark: discMark(entry.colour) })));
    }
    downloadPng("map.png", this.frame, {
      title: `${settings.title} · clusters and ties`, legend, note: this.said,
      source: `${settings.source}; outlines: Natural Earth`,
    });
  }

  csv() {
    const { flows, drawn, inside } = this.seen, isDrawn = new Set(drawn);
    const place = (site) => [this.siteName(site), (this.data.siteX[site] / 10_000 - 180).toFixed(4), (this.data.siteY[site] / 10_000 - 90).toFixed(4)];
    const rows = [["from", "from_longitude", "from_latitude", "to", "to_longitude", "to_latitude", "scale", "ties", "ties_onward", "ties_back", "drawn"]];
    for (const flow of flows) rows.push([...place(flow.a), ...place(flow.b), scales[flow.s], flow.n, flow.onward, flow.back, isDrawn.has(flow) ? "yes" : "no"]);
    for (const { a, parts } of inside)
      parts.forEach((n, s) => { if (n) rows.push([...place(a), ...place(a), scales[s], n, n, 0, "yes"]); });
    downloadCsv("flows_in_view.csv", rows);
  }
}

async function startMap() {
  const figure = document.getElementById("map");
  if (!figure) return null;
  const meta = JSON.parse(document.getElementById("page-map").textContent);
  const [bytes, coarse, fine] = await Promise.all(["page-map-data", "page-countries-110m", "page-countries-50m"].map(inflated));
  const read = (part) => JSON.parse(new TextDecoder().decode(part));
  const map = new ClusterMap(figure, meta, unpacked(bytes, meta.columns), outlines(read(coarse), true), null);
  // The fine outlines take a moment; the page is already of use without them.
  map.finished = new Promise((resolve) => setTimeout(() => {
    map.fine = outlines(read(fine), false);
    map.frame.paint(false);
    resolve();
  }, 30));
  return map;
}
