// What the map and the network share: unpacking, a canvas that can be moved, labels that keep
// clear of each other. Plain canvas: no WebGL, which many office machines lack.

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)").matches;
const LANGUAGE = document.documentElement.lang || "en";
const FONT = 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

const settings = JSON.parse(document.getElementById("page-settings").textContent);
const palette = settings.palette;
const scales = settings.scales; // local, regional, national, global, unknown

const whole = (n) => n.toLocaleString(LANGUAGE);
const counted = (n, one, several) => `${whole(n)} ${n === 1 ? one : several}`;
const percent = (part, all) => {
  if (!all) return "none";
  const share = (100 * part) / all;
  if (share > 0 && share < 0.5) return "below 1 %";
  if (share < 100 && share > 99.5) return "above 99 %";
  return `${share.toFixed(0)} %`;
};

const regions = new Intl.DisplayNames([LANGUAGE], { type: "region", fallback: "none" });
function countryName(code) {
  try {
    return regions.of(code) || code;
  } catch {
    return code; // not an ISO code: shown as the tables write it
  }
}

async function inflated(id) {
  const text = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// The reverse of packing.py: one plane a byte, zigzag, then sums of differences.
function unpacked(bytes, columns) {
  const out = {};
  let at = 0;
  for (const { name, coding, n } of columns) {
    if (coding === "bytes") {
      out[name] = bytes.subarray(at, at + n);
      at += n;
      continue;
    }
    const values = new Int32Array(n);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const v = (bytes[at + i] | (bytes[at + n + i] << 8) | (bytes[at + 2 * n + i] << 16)
        | (bytes[at + 3 * n + i] << 24)) >>> 0;
      const signed = (v >>> 1) ^ -(v & 1);
      values[i] = coding === "differences" ? (sum += signed) : signed;
    }
    out[name] = values;
    at += 4 * n;
  }
  return out;
}

// What a cluster is called, from the fullest wording to the shortest that is still its own.
function namings(clusters) {
  const industries = new Set(clusters.map((c) => c.industry));
  const times = new Map();
  for (const c of clusters) times.set(townOf(c), (times.get(townOf(c)) ?? 0) + 1);
  return (c) => {
    const trade = industries.size > 1 ? ` · ${c.industry}` : "";
    const wordings = [c.label + trade, townOf(c) + trade];
    if (times.get(townOf(c)) === 1) wordings.push(townOf(c));
    return [...new Set(wordings)];
  };
}
const townOf = ({ label }) => label.split(/ \(|, /)[0];

// One cluster is selected in the whole page: table, map and network all follow.
const selection = {
  id: null,
  followers: [],
  follow(follower) { this.followers.push(follower); },
  choose(id, origin) {
    this.id = id;
    for (const follower of this.followers) follower(id, origin);
  },
};

// Places boxes on a sheet one after the other; whoever comes later gives way.
class Labels {
  constructor(width, height) {
    Object.assign(this, { width, height, boxes: [], cells: new Map() });
    this.bar(width - 50, 0, 50, 128); // the zoom buttons
  }
  near(box) {
    const keys = [];
    for (let cx = Math.floor(box.x / 80); cx <= Math.floor((box.x + box.w) / 80); cx++)
      for (let cy = Math.floor(box.y / 40); cy <= Math.floor((box.y + box.h) / 40); cy++)
        keys.push(cx * 10007 + cy);
    return keys;
  }
  isFree(box) {
    if (box.x < 2 || box.y < 2 || box.x + box.w > this.width - 2 || box.y + box.h > this.height - 2)
      return false;
    return !this.near(box).some((key) => (this.cells.get(key) ?? []).some((other) =>
      box.x < other.x + other.w && other.x < box.x + box.w
      && box.y < other.y + other.h && other.y < box.y + box.h));
  }
  // Keep names off a box that is no name: a circle, the buttons.
  bar(x, y, w, h) { this.enter({ x, y, w, h }); }
  take(box) {
    this.boxes.push(box);
    this.enter(box);
  }
  enter(box) {
    for (const key of this.near(box)) {
      if (!this.cells.has(key)) this.cells.set(key, []);
      this.cells.get(key).push(box);
    }
  }
  // Try the longest wording first: to the right, left, above, below, then the corners.
  place(pen, wordings, x, y, look = {}) {
    for (const text of [wordings].flat()) {
      const box = this.placeText(pen, text, x, y, look);
      if (box) return box;
    }
    return null;
  }
  placeText(pen, text, x, y, { gap = 4, size = 12, weight = 400, colour = palette.ink, centred = false } = {}) {
    pen.font = `${weight} ${size}px ${FONT}`;
    const w = Math.ceil(pen.measureText(text).width) + 4, h = size + 3, d = gap * 0.72;
    const spots = centred ? [[x - w / 2, y - h / 2]] : [
      [x + gap, y - h / 2], [x - gap - w, y - h / 2], [x - w / 2, y - gap - h], [x - w / 2, y + gap],
      [x + d, y - d - h], [x + d, y + d], [x - d - w, y - d - h], [x - d - w, y + d]];
    for (const [left, top] of spots) {
      const box = { x: left, y: top, w, h, text };
      if (!this.isFree(box)) continue;
      this.take(box);
      pen.textBaseline = "middle";
      pen.textAlign = "left";
      pen.lineJoin = "round";
      pen.lineWidth = 3.5;
      pen.strokeStyle = "rgba(255,255,255,.92)";
      pen.strokeText(text, left + 2, top + h / 2 + 0.5);
      pen.fillStyle = colour;
      pen.fillText(text, left + 2, top + h / 2 + 0.5);
      return box;
    }
    return null;
  }
}

// A canvas over a plane of which the window shows a part: `k` pixels a unit, centred at (x, y).
class Frame {
  constructor(canvas, { extent, most, draw, inspect, choose, step }) {
    Object.assign(this, { canvas, extent, most, drawing: draw, inspect, choose, step });
    this.pointers = new Map();
    this.pending = 0;
    this.resting = 0;
    this.tip = canvas.parentElement.querySelector(".tip");
    this.hint = canvas.parentElement.querySelector(".hint");
    this.measure();
    this.fit();
    this.listen();
    new ResizeObserver(() => {
      const was = this.width;
      this.measure();
      if (Math.abs(was - this.width) > 40) this.fit();
      this.redraw();
    }).observe(canvas);
  }
  measure() {
    this.width = Math.max(50, this.canvas.clientWidth);
    this.height = Math.max(50, this.canvas.clientHeight);
  }
  // Everything in `extent` ([x0, y0, x1, y1]) with some room around it.
  fit(extent = this.extent, room = 28) {
    const [x0, y0, x1, y1] = extent;
    const k = Math.min((this.width - 2 * room) / Math.max(x1 - x0, 1e-9),
      (this.height - 2 * room) / Math.max(y1 - y0, 1e-9));
    if (extent === this.extent) this.least = Math.min(k * 0.6, this.most);
    this.view = { x: (x0 + x1) / 2, y: (y0 + y1) / 2, k: Math.min(k, this.most) };
  }
  toScreen(x, y) {
    return [(x - this.view.x) * this.view.k + this.width / 2, (y - this.view.y) * this.view.k + this.height / 2];
  }
  toPlane(sx, sy) {
    return [(sx - this.width / 2) / this.view.k + this.view.x, (sy - this.height / 2) / this.view.k + this.view.y];
  }
  pan(dx, dy) {
    this.view.x -= dx / this.view.k;
    this.view.y -= dy / this.view.k;
    this.clamp();
    this.redraw();
  }
  zoom(factor, sx = this.width / 2, sy = this.height / 2) {
    const [px, py] = this.toPlane(sx, sy);
    this.view.k = Math.max(this.least, Math.min(this.most, this.view.k * factor));
    this.view.x = px - (sx - this.width / 2) / this.view.k;
    this.view.y = py - (sy - this.height / 2) / this.view.k;
    this.clamp();
    this.redraw();
  }
  clamp() {
    const [x0, y0, x1, y1] = this.extent;
    this.view.x = Math.max(x0, Math.min(x1, this.view.x));
    this.view.y = Math.max(y0, Math.min(y1, this.view.y));
  }
  // Quick while moving, complete 160 ms after rest.
  redraw() {
    if (!this.pending) {
      this.pending = requestAnimationFrame(() => {
        this.pending = 0;
        this.paint(true);
      });
    }
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.paint(false), 160);
  }
  paint(hurried) {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const wide = Math.round(this.width * ratio), high = Math.round(this.height * ratio);
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
    }
    const pen = this.canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawing(pen, hurried);
    this.drawn = (this.drawn ?? 0) + 1;
  }
  get isHeld() { return document.activeElement === this.canvas; }
  listen() {
    const { canvas } = this;
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    canvas.addEventListener("focus", () => { canvas.style.touchAction = "none"; });
    canvas.addEventListener("blur", () => { canvas.style.touchAction = "pan-y"; });
    canvas.style.touchAction = "pan-y";
    canvas.addEventListener("wheel", (event) => {
      if (!this.isHeld && !event.ctrlKey) return this.say(); // let the page scroll
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      this.zoom(2 ** (-event.deltaY * lines * 0.0025), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.addEventListener("pointerdown", (event) => {
      this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: 0 });
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel"])
      canvas.addEventListener(name, (event) => {
        const held = this.pointers.get(event.pointerId);
        this.pointers.delete(event.pointerId);
        if (name === "pointerup" && held && held.moved < 6) this.choose?.(event.offsetX, event.offsetY);
      });
    canvas.addEventListener("pointerleave", () => this.show(null));
    canvas.addEventListener("dblclick", (event) => this.zoom(2, event.offsetX, event.offsetY));
  }
  onMove(event) {
    const held = this.pointers.get(event.pointerId);
    const x = event.offsetX, y = event.offsetY;
    if (!held) return this.show(this.inspect?.(x, y), x, y);
    this.show(null);
    const others = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, p]) => p);
    if (others.length) {
      const [other] = others;
      const before = Math.hypot(held.x - other.x, held.y - other.y);
      const after = Math.hypot(x - other.x, y - other.y);
      if (before > 0) this.zoom(after / before, (x + other.x) / 2, (y + other.y) / 2);
      this.pan((x - held.x) / 2, (y - held.y) / 2);
    } else {
      this.pan(x - held.x, y - held.y);
    }
    held.moved += Math.hypot(x - held.x, y - held.y);
    held.x = x;
    held.y = y;
  }
  onKey(event) {
    const far = event.shiftKey ? 200 : 60;
    const act = {
      ArrowLeft: () => this.pan(far, 0), ArrowRight: () => this.pan(-far, 0),
      ArrowUp: () => this.pan(0, far), ArrowDown: () => this.pan(0, -far),
      "+": () => this.zoom(1.5), "=": () => this.zoom(1.5), "-": () => this.zoom(1 / 1.5),
      0: () => { this.fit(); this.redraw(); }, Home: () => { this.fit(); this.redraw(); },
      PageDown: () => this.step?.(1), PageUp: () => this.step?.(-1),
      Escape: () => { selection.choose(null); this.canvas.blur(); },
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }
  show(text, x, y) {
    this.canvas.style.cursor = text ? "pointer" : "grab";
    this.tip.hidden = !text;
    if (!text) return;
    this.tip.textContent = text;
    const left = Math.min(x + 14, this.width - this.tip.offsetWidth - 6);
    this.tip.style.left = `${Math.max(4, left)}px`;
    this.tip.style.top = `${Math.max(4, y - this.tip.offsetHeight - 10)}px`;
  }
  say() {
    this.hint.hidden = false;
    clearTimeout(this.hinting);
    this.hinting = setTimeout(() => { this.hint.hidden = true; }, 1600);
  }
}

// Checkboxes of one figure: `name` of each input to whether it is ticked.
function ticked(figure, group) {
  const on = {};
  for (const box of figure.querySelectorAll(`input[data-group="${group}"]`)) on[box.value] = box.checked;
  return on;
}
