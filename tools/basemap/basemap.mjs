// Cut Natural Earth countries for the report's base map and copy the libraries that draw it.
//
// Three things make the published files unfit as they are: polygons that cross the antimeridian
// draw streaks over the whole map, numeric country codes mean nothing to Intl.DisplayNames, and
// Antarctica takes a third of a Mercator sheet.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { fileURLToPath } from "node:url";
import { geoEquirectangular } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import countries from "i18n-iso-countries";
import { feature } from "topojson-client";
import { topology } from "topojson-server";

const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(here, process.argv[2] ?? "../../src/buzzline");
const [maps, libraries] = ["charts/assets/basemap", "report/assets/vendor"].map((f) => path.join(target, f));
const modules = path.resolve(process.argv[3] ?? path.join(here, "node_modules"));
const QUANTA = { "110m": 1e4, "50m": 2e4 };
const WITHOUT_NUMBER = { Kosovo: "XK" };

function turnNorthUp(geometry) {
  // geoProject's own reflectY turns rings inside out, so project downwards and negate here.
  const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
  for (const ring of polygons.flat()) for (const point of ring) point[1] = -point[1];
}

function cut(resolution) {
  const atlas = JSON.parse(fs.readFileSync(path.join(modules, `world-atlas/countries-${resolution}.json`)));
  const collection = feature(atlas, atlas.objects.countries);
  collection.features = collection.features.filter((f) => f.properties.name !== "Antarctica");
  const plane = geoEquirectangular().scale(180 / Math.PI).translate([0, 0]).precision(0);
  const flat = geoProject(collection, plane);
  flat.features = flat.features.filter((f) => f.geometry).map((f) => {
    turnNorthUp(f.geometry);
    const { name } = f.properties;
    const id = countries.numericToAlpha2(f.id) ?? WITHOUT_NUMBER[name] ?? name;
    return { type: "Feature", id, properties: { name }, geometry: f.geometry };
  });
  const text = JSON.stringify(topology({ countries: flat }, QUANTA[resolution]));
  const packed = zlib.gzipSync(text, { level: 9 });
  packed[9] = 255; // byte 9 names the operating system; 255 is "unknown", so that all machines agree
  fs.writeFileSync(path.join(maps, `countries-${resolution}.json.gz`), packed);
  console.log(`${resolution}: ${flat.features.length} countries, ${text.length} bytes, ${packed.length} packed`);
}

function vendor(library) {
  const folder = path.join(modules, library);
  const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json")));
  fs.copyFileSync(path.join(folder, `dist/${library}.min.js`), path.join(libraries, `${library}.min.js`));
  const licence = fs.readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  fs.copyFileSync(path.join(folder, licence), path.join(libraries, `${library}.LICENSE`));
  console.log(`${library} ${version}`);
}

Object.keys(QUANTA).forEach(cut);
["d3-array", "d3-geo", "topojson-client"].forEach(vendor);
