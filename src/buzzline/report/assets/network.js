// The network of clusters and the places they are tied to. Positions were computed once, in
// Python, so the picture is the same every time and in every browser.

class ClusterNetwork {
  constructor(figure, meta) {
    Object.assign(this, { figure, meta, lit: -1 });
    const largest = { cluster: 1, elsewhere: 1 };
    for (const node of meta.nodes) largest[node.kind] = Math.max(largest[node.kind], node.n);
    const wordings = namings(meta.nodes.filter((node) => node.kind === "cluster"));
    this.nodes = meta.nodes.map((node) => ({
      ...node,
      wordings: node.kind === "cluster" ? wordings(node) : [this.elsewhere(node.label), this.elsewhere(node.label).replace("Elsewhere: ", "")],
      r: node.kind === "cluster" ? 6 + 16 * Math.sqrt(node.n / largest.cluster) : 5,
      name: node.kind === "cluster" ? `${node.label} · ${node.industry}` : this.elsewhere(node.label),
    }));
    this.widen(figure.querySelector(".sheet"));
    const xs = this.nodes.map((node) => node.x), ys = this.nodes.map((node) => node.y);
    const extent = [Math.min(...xs) - 0.2, Math.min(...ys) - 0.1, Math.max(...xs) + 0.2, Math.max(...ys) + 0.1];
    this.frame = new Frame(figure.querySelector("canvas"), {
      extent, most: 2000,
      draw: (pen) => this.draw(pen),
      inspect: (x, y) => this.look(x, y),
      choose: (x, y) => {
        const node = this.nodes[this.under(x, y)];
        selection.choose(node?.kind === "cluster" && node.id !== selection.id ? node.id : null, "network");
      },
      step: (by) => this.stepNode(by),
    });
    selection.follow(() => this.frame.redraw());
    figure.addEventListener("change", () => this.frame.redraw());
    this.wireButtons();
    this.frame.paint(false);
  }

  // A wide sheet takes a wide picture: stretch one way, as far as shapes stay recognisable.
  widen(sheet) {
    const span = (key) => d3.max(this.nodes, (node) => node[key]) - d3.min(this.nodes, (node) => node[key]);
    const wanted = (sheet.clientWidth / sheet.clientHeight) * (span("y") / (span("x") || 1));
    const stretch = Math.sqrt(Math.max(0.4, Math.min(2.5, wanted)));
    for (const node of this.nodes) {
      node.x *= stretch;
      node.y /= stretch;
    }
  }

  elsewhere(label) {
    return label === "other countries" ? "Elsewhere: other or unknown" : `Elsewhere: ${countryName(label)}`;
  }

  edges() {
    const scale = ticked(this.figure, "scale"), layer = ticked(this.figure, "layer");
    const found = new Map();
    let within = 0;
    for (const [a, b, name, s, n] of this.meta.edges) {
      if (!layer[name] || !scale[scales[s]]) continue;
      if (a === b) { within += n; continue; }
      const key = a * 1000 + b;
      if (!found.has(key)) found.set(key, { a, b, n: 0, parts: [0, 0, 0, 0, 0] });
      const edge = found.get(key);
      edge.n += n;
      edge.parts[s] += n;
    }
    const list = [...found.values()].sort((p, q) => q.n - p.n || p.a - q.a || p.b - q.b);
    const lit = this.litNode(), room = Math.round(2.5 * this.nodes.length);
    for (const [rank, edge] of list.entries()) edge.isDrawn = rank < room || edge.a === lit || edge.b === lit;
    for (const edge of list) edge.s = edge.parts.indexOf(Math.max(...edge.parts));
    return { list, within };
  }

  litNode() {
    return this.lit >= 0 ? this.lit : this.nodes.findIndex((node) => node.id === selection.id);
  }

  draw(pen) {
    const { frame, nodes } = this, { width, height } = frame;
    pen.fillStyle = palette.paper;
    pen.fillRect(0, 0, width, height);
    const { list: every, within } = this.edges();
    const list = every.filter((edge) => edge.isDrawn);
    this.seen = every;
    const at = nodes.map((node) => frame.toScreen(node.x, node.y));
    const lit = this.litNode();
    const near = new Set(lit >= 0 ? [lit] : []);
    for (const { a, b } of list) {
      if (a === lit) near.add(b);
      if (b === lit) near.add(a);
    }
    const most = list.length ? list[0].n : 1;
    pen.lineCap = "round";
    for (const { a, b, n, s } of [...list].reverse()) {
      const isLit = lit < 0 || a === lit || b === lit;
      pen.globalAlpha = isLit ? (lit < 0 ? 0.45 : 0.8) : 0.06;
      pen.strokeStyle = palette.scale[scales[s]];
      pen.lineWidth = 0.8 + 7 * Math.sqrt(n / most);
      pen.beginPath();
      pen.moveTo(...at[a]);
      pen.lineTo(...at[b]);
      pen.stroke();
    }
    nodes.forEach((node, i) => {
      pen.globalAlpha = lit < 0 || near.has(i) ? 1 : 0.25;
      pen.beginPath();
      pen.arc(...at[i], node.r, 0, 2 * Math.PI);
      const isCluster = node.kind === "cluster";
      pen.fillStyle = isCluster ? palette.accent : palette.paper;
      pen.fill();
      pen.lineWidth = node.id === selection.id ? 3.5 : 1.5;
      pen.strokeStyle = isCluster ? (node.id === selection.id ? palette.ink : palette.paper) : palette.quiet;
      pen.stroke();
    });
    pen.globalAlpha = 1;
    this.drawNames(pen, at, near, lit);
    this.note(every, list, within);
  }

  drawNames(pen, at, near, lit) {
    const { nodes, frame } = this;
    this.labels = new Labels(frame.width, frame.height);
    nodes.forEach(({ r }, i) => this.labels.bar(at[i][0] - 0.85 * r, at[i][1] - 0.85 * r, 1.7 * r, 1.7 * r));
    const order = nodes.map((_, i) => i).sort((i, j) => near.has(j) - near.has(i)
      || (nodes[j].kind === "cluster") - (nodes[i].kind === "cluster") || nodes[j].r - nodes[i].r || i - j);
    for (const i of order) {
      if (lit >= 0 && !near.has(i)) continue;
      const isCluster = nodes[i].kind === "cluster";
      this.labels.place(pen, nodes[i].wordings, ...at[i], {
        gap: nodes[i].r + 2, size: isCluster ? 12.5 : 11, weight: isCluster ? 600 : 400,
        colour: isCluster ? palette.ink : palette.quiet });
    }
  }

  note(every, list, within) {
    const { totals } = this.meta;
    const lines = list.length < every.length ? `the ${whole(list.length)} strongest of ${whole(every.length)} lines` : `${whole(list.length)} lines`;
    const across = list.reduce((sum, { n }) => sum + n, 0);
    const clusters = this.nodes.filter((node) => node.kind === "cluster").length;
    const parts = [`Drawn: ${whole(clusters)} of ${whole(totals.clusters)} clusters and ${lines}, together ${whole(across)} of ${whole(totals.ties)} ties (${percent(across, totals.ties)}).`];
    if (within) parts.push(`${counted(within, "tie lies", "ties lie")} inside one cluster.`);
    if (this.labels.boxes.length < this.nodes.length && this.lit < 0 && !selection.id)
      parts.push(`${counted(this.nodes.length - this.labels.boxes.length, "name", "names")} did not fit; zoom in or point at a circle.`);
    this.said = parts.join(" ");
    const line = this.figure.querySelector(".note");
    if (line.textContent !== this.said) line.textContent = this.said;
  }

  under(x, y) {
    return this.nodes.findIndex((node) => {
      const [sx, sy] = this.frame.toScreen(node.x, node.y);
      return Math.hypot(sx - x, sy - y) < node.r + 3;
    });
  }

  look(x, y) {
    const found = this.under(x, y);
    if (found !== this.lit) {
      this.lit = found;
      this.frame.redraw();
    }
    if (found < 0) return "";
    const node = this.nodes[found];
    const ties = this.seen.filter(({ a, b }) => a === found || b === found).reduce((sum, { n }) => sum + n, 0);
    return `${node.name}: ${whole(node.n)} ${node.kind === "cluster" ? "members" : "organisations"}, ${whole(ties)} ties drawn`;
  }

  stepNode(by) {
    const list = this.nodes.filter((node) => node.kind === "cluster");
    if (!list.length) return;
    const at = list.findIndex((node) => node.id === selection.id);
    selection.choose(list[(at + by + list.length) % list.length].id, "step");
  }

  wireButtons() {
    const { figure, frame } = this;
    const on = (name, act) => figure.querySelector(`[data-act=${name}]`).addEventListener("click", act);
    on("in", () => frame.zoom(1.4));
    on("out", () => frame.zoom(1 / 1.4));
    on("fit", () => { frame.fit(); frame.redraw(); });
    on("png", () => downloadPng("network.png", frame, {
      title: `${settings.title} · who is tied to whom`, note: this.said, source: settings.source,
      legend: [
        ...scales.filter((name) => name !== "unknown").map((name) => ({ text: `mostly ${name}`, mark: lineMark(palette.scale[name]) })),
        { text: "cluster, area by members", mark: discMark(palette.accent) },
        { text: "organisations in no cluster drawn", mark: discMark(palette.quiet, true) },
      ],
    }));
    on("csv", () => downloadCsv("network.csv", [
      ["from", "to", "ties", ...scales, "drawn"],
      ...this.seen.map(({ a, b, n, parts, isDrawn }) => [this.nodes[a].name, this.nodes[b].name, n, ...parts, isDrawn ? "yes" : "no"]),
    ]));
  }
}

function startNetwork() {
  const figure = document.getElementById("network");
  return figure ? new ClusterNetwork(figure, JSON.parse(document.getElementById("page-network").textContent)) : null;
}
