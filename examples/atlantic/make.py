"""Write the three tables of this example: made-up organisations in real towns.

The truth is known. Textiles around Guimarães and boatbuilding around Vigo are planted; every
other industry follows the towns. Boatbuilders supply hardly anybody across the border. Seven
rows are broken on purpose.

    python examples/atlantic/make.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

HERE = Path(__file__).parent
TOWNS = {  # longitude, latitude, country, weight
    "Porto": (-8.611, 41.150, "PT", 30), "Braga": (-8.427, 41.550, "PT", 14),
    "Guimarães": (-8.296, 41.444, "PT", 10), "Viana do Castelo": (-8.834, 41.694, "PT", 5),
    "Aveiro": (-8.654, 40.641, "PT", 8), "Vila Real": (-7.744, 41.301, "PT", 3),
    "Vigo": (-8.721, 42.232, "ES", 16), "Pontevedra": (-8.644, 42.431, "ES", 6),
    "Ourense": (-7.864, 42.336, "ES", 6), "Santiago de Compostela": (-8.545, 42.878, "ES", 9),
    "A Coruña": (-8.411, 43.362, "ES", 14), "Lugo": (-7.557, 43.010, "ES", 4),
    "Lisboa": (-9.139, 38.722, "PT", 14), "Madrid": (-3.703, 40.417, "ES", 14),
    "Barcelona": (2.170, 41.387, "ES", 8), "Nantes": (-1.554, 47.218, "FR", 5),
    "Hamburg": (9.993, 53.551, "DE", 6), "Milano": (9.190, 45.464, "IT", 6),
    "Boston": (-71.058, 42.360, "US", 4), "Shenzhen": (114.058, 22.543, "CN", 4),
}  # fmt: skip
INDUSTRIES = ("food", "software", "tourism", "machinery", "health")
PLANTED = (("textiles", "Guimarães", 70, 3.0), ("boatbuilding", "Vigo", 55, 2.5))
FIRST = ("Alba", "Castro", "Duero", "Estela", "Faro", "Gaivota", "Lima", "Mar", "Norte", "Ouro",
         "Pedra", "Ria", "Serra", "Tejo", "Umbra", "Vento")  # fmt: skip
SECOND = ("Labs", "& Filhos", "Works", "Hermanos", "Group", "Atelier", "Systems", "Services")


def organisations(rng: np.random.Generator) -> pl.DataFrame:
    """Background by the weight of towns, planted ones around their centre."""
    towns = list(TOWNS)
    weight = np.array([TOWNS[town][3] for town in towns], float)
    town = [towns[k] for k in rng.choice(len(towns), 760, p=weight / weight.sum())]
    industry = list(rng.choice([*INDUSTRIES, "textiles", "boatbuilding"], 760,
                               p=[.22, .2, .2, .16, .14, .04, .04]))  # fmt: skip
    spread_km = [6.0] * 760
    for name, centre, n, km in PLANTED:
        town += [centre] * n
        industry += [name] * n
        spread_km += [km] * n
    n = len(town)
    east, north = rng.normal(size=(2, n)) * np.array(spread_km) / 2
    longitude = np.array([TOWNS[t][0] for t in town])
    latitude = np.array([TOWNS[t][1] for t in town])
    return pl.DataFrame(
        {
            "Company ID": [f"C{k:04d}" for k in range(1, n + 1)],
            "Company name": [
                f"{FIRST[rng.integers(len(FIRST))]} {SECOND[rng.integers(len(SECOND))]} {k}"
                for k in range(1, n + 1)
            ],
            "What they do": industry,
            "Town": town,
            "Land": [TOWNS[t][2] for t in town],
            "Long": longitude + east / (111.2 * np.cos(np.radians(latitude))),
            "Lat": latitude + north / 111.2,
            "Staff": np.ceil(rng.lognormal(2.6, 1.1, n)).astype(int),
        }
    )


def ties(frame: pl.DataFrame, n: int, border: float, rng: np.random.Generator) -> np.ndarray:
    """Draw pairs with probability staff × staff / distance, less across a border."""
    lon, lat = np.radians(frame["Long"].to_numpy()), np.radians(frame["Lat"].to_numpy())
    xyz = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    km = (
        6371.0088 * 2 * np.arcsin(np.clip(np.linalg.norm(xyz[:, None] - xyz, axis=2) / 2, 0, 1))
    )
    size = np.sqrt(frame["Staff"].to_numpy())
    land, industry = frame["Land"].to_numpy(), frame["What they do"].to_numpy()
    abroad = land[:, None] != land
    boats = (industry == "boatbuilding") & (land == "ES")
    rate = size[:, None] * size / np.maximum(km, 2.0) ** 0.5 * np.where(abroad, border, 1.0)
    rate[boats[:, None] & abroad] *= 0.1
    rate[(industry[:, None] == industry) & (km < 20)] *= 2
    np.fill_diagonal(rate, 0)
    flat = rng.choice(rate.size, n, replace=False, p=(rate / rate.sum()).ravel())
    return np.column_stack(np.unravel_index(flat, rate.shape))


def main() -> None:
    """Write companies.csv, contracts.csv and projects.csv."""
    rng = np.random.default_rng(2028)
    frame = organisations(rng)
    ids = frame["Company ID"].to_numpy()
    contracts, projects = ties(frame, 3600, 0.6, rng), ties(frame, 1400, 0.9, rng)
    year = rng.integers(2016, 2026, contracts.shape[0])
    month = rng.integers(1, 13, contracts.shape[0])
    supply = pl.DataFrame({
        "Supplier": ids[contracts[:, 0]], "Customer": ids[contracts[:, 1]],
        "Since": [f"{y}-{m:02d}-01"
                  for y, m in zip(year, month, strict=True)],
        "Until": [None] * contracts.shape[0],
    }, schema_overrides={"Until": pl.String})  # fmt: skip
    research = pl.DataFrame(
        {"Partner A": ids[projects[:, 0]], "Partner B": ids[projects[:, 1]]}
    )

    broken = frame.with_row_index()
    broken = broken.with_columns(  # one swapped, one at (0, 0)
        Long=pl.when(pl.col("index") == 40).then("Lat").when(pl.col("index") == 77).then(0.0)
        .otherwise("Long"),
        Lat=pl.when(pl.col("index") == 40).then("Long").when(pl.col("index") == 77).then(0.0)
        .otherwise("Lat"),
    ).drop("index")  # fmt: skip
    broken = pl.concat([broken, broken.slice(12, 1)])  # an identifier twice
    more = pl.DataFrame({
        "Supplier": ["C0003", "C9999", "C0010", "C0021"],
        "Customer": ["C0003", "C0008", "C0011", "C0022"],
        "Since": ["2020-05-01", "2021-01-01", "3201-01-01", "2022-06-01"],
        "Until": [None, None, None, "2019-06-01"],
    })  # fmt: skip

    text = broken.with_columns(pl.col("Long", "Lat").round(5).cast(pl.String).str.replace(
        ".", ",", literal=True))  # fmt: skip
    text.write_csv(
        HERE / "companies.csv", separator=";"
    )  # as a spreadsheet of the region saves it
    pl.concat([supply, more]).write_csv(HERE / "contracts.csv")
    research.write_csv(HERE / "projects.csv")


if __name__ == "__main__":
    main()
