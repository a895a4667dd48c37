// Sites gathered into hubs and ties into flows, anew at every zoom level and choice of layers.

const HUB_PX = 30; // sites closer than this on the screen are one end of a flow

class Gathering {
  constructor(meta, data, sites) {
    Object.assign(this, { meta, data, sites, cache: new Map() });
    this.order = Array.from(sites.n.keys()).sort((a, b) => sites.n[b] - sites.n[a] || a - b);
  }

  // Every site joins the nearest larger one within reach, so hubs are real places, not grid cells.
  hubs(level) {
    const key = `hubs ${level}`;
    if (this.cache.has(key)) return this.cache.get(key);
    const reach = HUB_PX / 2 ** level, { x, y } = this.sites;
    const hub = new Int32Array(x.length).fill(-1), cells = new Map();
    for (const site of this.order) {
      const cx = Math.floor(x[site] / reach), cy = Math.floor(y[site] / reach);
      let best = -1, near = reach * reach;
      for (let dx = -1; dx <= 1; dx++)
        for (let dy = -1; dy <= 1; dy++)
          for (const head of cells.get((cx + dx) * 4e6 + cy + dy) ?? []) {
            const d = (x[head] - x[site]) ** 2 + (y[head] - y[site]) ** 2;
            if (d < near) { near = d; best = head; }
          }
      hub[site] = best < 0 ? site : best;
      if (best < 0) {
        const cell = cx * 4e6 + cy;
        if (!cells.has(cell)) cells.set(cell, []);
        cells.get(cell).push(site);
      }
    }
    this.cache.set(key, { hub, voice: this.voices(hub) });
    return this.cache.get(key);
  }

  // A hub is called by the town that most of its organisations are in.
  voices(hub) {
    const { names, countries } = this.meta.sites, votes = new Map(), voice = new Map();
    for (const site of this.order) {
      const ballot = `${hub[site]} ${names[site]} ${countries[site]}`;
      const n = (votes.get(ballot) ?? 0) + this.sites.n[site];
      votes.set(ballot, n);
      if (names[site] && n > (voice.get(hub[site])?.n ?? 0)) voice.set(hub[site], { site, n });
    }
    return voice;
  }

  flows(level, { scale, layer }) {
    const key = `flows ${level} ${JSON.stringify([scale, layer])}`;
    if (this.cache.has(key)) return this.cache.get(key);
    const { data, meta } = this, { hub, voice } = this.hubs(level), n = this.sites.x.length;
    const scaleOn = scales.map((name) => scale[name]), layerOn = meta.layers.map((name) => layer[name]);
    const found = new Map(), inside = new Map();
    for (let i = 0; i < data.flowFrom.length; i++) {
      const s = data.flowScale[i];
      if (!scaleOn[s] || !layerOn[data.flowLayer[i]]) continue;
      const from = data.flowFrom[i], a = hub[from], b = hub[from + data.flowTo[i]];
      const onward = data.flowOnward[i], back = data.flowBack[i];
      if (a === b) {
        if (!inside.has(a)) inside.set(a, { a, n: 0, parts: [0, 0, 0, 0, 0] });
        const place = inside.get(a);
        place.n += onward + back;
        place.parts[s] += onward + back;
        continue;
      }
      const [p, q] = a < b ? [a, b] : [b, a];
      const code = (p * n + q) * 5 + s;
      if (!found.has(code)) found.set(code, { a: p, b: q, s, n: 0, onward: 0, back: 0 });
      const flow = found.get(code);
      flow.n += onward + back;
      flow.onward += a < b ? onward : back;
      flow.back += a < b ? back : onward;
    }
    const strongest = (f, g) => g.n - f.n || f.a - g.a || f.b - g.b || f.s - g.s;
    const result = { voice, flows: [...found.values()].sort(strongest), inside: [...inside.values()].sort((f, g) => g.n - f.n || f.a - g.a) };
    if (this.cache.size > 40) this.cache.clear();
    this.cache.set(key, result);
    return result;
  }
}
