// Country outlines on a Mercator sheet, drawn once and then only moved.

const SHEET = 4096; // side of the Mercator sheet that outlines are drawn on once
const mercatorY = (lat) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);

function outlines(topology, withNames) {
  const countries = topojson.feature(topology, topology.objects.countries);
  // Straight between the points of the source: a border along a parallel is no great circle.
  const sheet = d3.geoMercator().scale(SHEET / (2 * Math.PI)).translate([SHEET / 2, SHEET / 2]).precision(0);
  const land = new Path2D(), borders = new Path2D();
  d3.geoPath(sheet, land)(countries);
  d3.geoPath(sheet, borders)(topojson.mesh(topology, topology.objects.countries, (a, b) => a !== b));
  if (!withNames) return { land, borders };
  const names = countries.features.map((country) => {
    const { type, coordinates } = country.geometry;
    const parts = (type === "Polygon" ? [coordinates] : coordinates)
      .map((rings) => ({ type: "Polygon", coordinates: rings }));
    const largest = d3.greatest(parts, (a, b) => d3.geoArea(a) - d3.geoArea(b));
    const [lon, lat] = d3.geoCentroid(largest);
    const name = /^[A-Z]{2}$/.test(country.id) ? countryName(country.id) : country.properties.name;
    return { name, x: lon / 360 + 0.5, y: mercatorY(lat), size: d3.geoArea(largest) };
  });
  return { land, borders, names: names.sort((a, b) => b.size - a.size) };
}
