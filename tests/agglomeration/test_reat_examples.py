"""Every example of REAT 3.0.3's manual: its printed numbers, or why there is no counterpart."""

import re

import numpy as np
import polars as pl
import pytest
from tests.agglomeration.test_every_reference import is_held

from buzzline import agglomeration as ours
from buzzline.agglomeration.theil import beta_convergence, log_spread, mean_log_deviation

GDP = [460.69, 549.19, 124.16, 65.29, 31.59, 109.27, 263.44, 39.87, 258.53, 645.59, 131.95,
       35.03, 112.66, 56.22, 85.61, 56.81]  # fmt: skip
PEOPLE = [10879618, 12843514, 3520031, 2484826, 671489, 1787408, 6176172, 1612362, 7926599,
          17865516, 4052803, 995597, 4084851, 2245470, 2858714, 2170714]  # fmt: skip
SALES = [20, 50, 20, 10]
CLASSES = [500, 1500, 2500, 4000, 7500, 15000], [1000, 1200, 1600, 400, 200, 600]
A, A_NEXT = np.array([[90.0, 20, 10, 60]]), np.array([[100.0, 40, 10, 55]])
NATION = np.array([400.0, 150, 150, 400]), np.array([440.0, 210, 135, 480])


def of_industry(jobs, everybody, name="gini_of_quotients"):
    column = np.asarray(jobs, float)[:, None]
    return ours.concentration_measures(column, area_share=everybody)[name][0]


def ginis(cars):
    return [ours.gini(cars(name)) for name in
            ("Turnover2008", "Turnover2013", "Quantity2014_car")]  # fmt: skip


def gini_examples(x):
    return [ours.gini(SALES), ours.gini(SALES) * 4 / 3,
            ours.gini(np.array(CLASSES[0]) * np.array(CLASSES[1]), np.array(CLASSES[1])),
            *ginis(x.cars), ours.gini(GDP)]  # fmt: skip


def mix_gini(place, whole):
    return ours.gini_specialisation(np.array([place], float), np.array(whole) / np.sum(whole))[
        0
    ]


def krugman(place, whole):
    both = np.array([place], float), np.array(whole) / np.sum(whole)
    return 2 * ours.specialisation_coefficient(*both)[0]


class Data:
    """The data sets that the examples use."""

    def __init__(self, folder):
        def read(name):
            return pl.read_csv(folder / name, null_values="NA", infer_schema_length=None)

        self.makers = read("reat/Automotive.csv")
        self.freiburg = read("reat/Freiburg.csv")
        self.counties = read("reat/G.counties.gdp.csv")
        self.regions = read("reat/G.regions.emp.csv")
        self.goettingen = read("measurement/reat_Goettingen.csv")

    def cars(self, name):
        return self.makers[name].drop_nulls().to_numpy().astype(float)

    def sector(self, name, year):
        rows = self.regions.filter(pl.col("year").cast(pl.String) == str(year),
                                   pl.col("region") != "Insgesamt")  # fmt: skip
        return rows.filter(industry=name)["emp"].to_numpy(), rows.filter(industry="Insgesamt")[
            "emp"
        ].to_numpy()

    def sectors(self):
        finance = "Erbringung von Finanz- und Vers.leistungen (K)"
        chosen = (("Baugewerbe (F)", 2008), (finance, 2008), (finance, 2014))
        return [of_industry(*self.sector(name, year)) for name, year in chosen]

    def town(self, first=1, n=15, year=2017):
        rows = self.goettingen.slice(first, n)
        return (rows[f"{name}{year}"].to_list() for name in ("Goettingen", "BRD"))

    def quotients(self):
        place, whole = (self.goettingen[f"{name}2017"].to_numpy().astype(float)
                        for name in ("Goettingen", "BRD"))  # fmt: skip
        return place[1:16] / place[0] / (whole[1:16] / whole[0])


def freiburg_growth(x):
    return x.freiburg["e_Freiburg2014"] / x.freiburg["e_Freiburg2008"] - 1


def freiburg_mix(x):
    return mix_gini(
        x.freiburg["e_Freiburg2014"].to_list(), x.freiburg["e_Germany2014"].to_list()
    )


def shift(first, second):
    parts = ours.shift_parts(np.array([first], float), np.array([second], float), whole=NATION)
    return [parts.change.sum(), parts.national.sum(), parts.regional.sum()]


def growth_of_a(_):
    parts = ours.shift_parts(A, A_NEXT, whole=NATION)
    return [*parts.change[0], *(parts.change / A)[0]]


def dynamic_parts(x):
    place, whole = (
        np.array(
            [x.goettingen.slice(1, 15)[f"{name}{year}"] for year in range(2008, 2017)], float
        )
        for name in ("Goettingen", "BRD")
    )
    parts = ours.dynamic_shift_parts(place[:, None], whole=whole)
    # what REAT calls the national share of an industry holds its mix
    return [*parts.change[0], *(parts.national + parts.mix)[0], *parts.regional[0]]


def convergence(x):
    first, last = (x.counties[f"gdppc{year}"].to_numpy() for year in (2010, 2011))
    found = beta_convergence(first, last, years=1, level=0.95).value
    return [-found, -np.log1p(-found)]


def spreads(x):
    logs = [np.log(x.counties[f"gdppc{year}"].to_numpy()) for year in (2010, 2011)]
    return [
        *map(ours.coefficient_of_variation, logs),
        *(log_spread(np.exp(one)) for one in logs),
    ]


LINES = {  # printed as [1] ...: every number of the example, in order
    "atkinson": lambda _: [ours.atkinson([100, 0, 0, 0], aversion=0.8),
                           ours.atkinson([100] * 4, aversion=0.8)],
    "Automotive": lambda x: ginis(x.cars),
    "coulter": lambda _: [ours.coulter_index([400] * 4, [1, 1, 1, 200])],
    "dalton": lambda _: [ours.dalton_index([10] * 4), ours.dalton_index([10, 1, 1, 1])],
    "durpug": lambda x: [1 / krugman(*x.town(1, 12, 2008))],
    "ellison.a": lambda _: ours.ellison_glaeser(
        [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000], [0] * 5 + [1] * 4 + [2],
        [0] * 10, area_share=[500_000, 400_000, 100_000]).gamma,
    "Freiburg": freiburg_growth,
    "G.regions.emp": lambda x: x.sectors(),
    "gini.conc": lambda x: [of_industry([500, 500, 1000, 7000, 1000],
                                        [20000, 15000, 20000, 40000, 5000]), *x.sectors()],
    "gini": gini_examples,
    "gini2": gini_examples,
    "gini.spec": lambda x: [mix_gini([700, 600, 500, 10000, 40000],
                                     [30000, 15000, 10000, 60000, 50000]),
                            freiburg_mix(x), mix_gini(*x.town())],
    "Goettingen": lambda x: [*x.quotients(), mix_gini(*x.town()), krugman(*x.town())],
    "herf": lambda _: [ours.herfindahl(SALES), ours.normalised_herfindahl(SALES),
                       ours.equivalent_number(SALES), ours.herfindahl(GDP)],
    "hoover": lambda _: [of_industry(GDP, PEOPLE, "hoover")],
    "howard.cl": lambda _: [ours.howard_index(np.array([[2.0, 2], [1, 1]]))[0, 1]],
    "krugman.conc": lambda _: [krugman([4388, 37489, 129423, 60941],
                                       [2194, 18744.5, 64711.5, 30470.5])],
    "krugman.spec": lambda x: [krugman([20, 10, 70, 0, 0], [0, 0, 0, 60, 40]),
                               krugman(*x.town())],
    "locq": lambda x: [1714 / 79006 / (879213 / 15593224), *x.quotients()],
    "theil": lambda _: [mean_log_deviation([10, 10, 10, 20, 50])],
}  # fmt: skip
TABLES = {  # printed as tables: each of these numbers stands in the example
    "betaconv.ols": convergence,
    "shift": lambda _: [*shift([90, 20, 10, 60], [100, 40, 10, 55]),
                        *shift([60, 30, 30, 40], [85, 55, 40, 35]),
                        *shift([250, 100, 110, 300], [255, 115, 85, 390])],
    "shift.growth": growth_of_a,
    "shiftid": dynamic_parts,
    "sigmaconv": spreads,
    "mssd": lambda _: [ours.coefficient_of_variation([10, 20, 30] * 3, sample=True)],
}  # fmt: skip
HELD = {  # compared with the whole table elsewhere
    "disp": "test_dispersion.py::test_reat_all_measures_of_car_makers",
    "conc": "test_concentration_measures.py::test_another_package_reat_on_german_regions",
    "spec": "test_regional_mix.py::test_reat_german_regions_of_2015",
    "locq2": "test_specialisation.py::test_reat_german_regions_of_2015",
    "G.regions.industries": "test_specialisation.py::test_reat_german_regions_of_2015",
    "litzenberger": "test_strong_clusters.py::test_reat_litzenberger_and_sternberg_by_hand",
    "litzenberger2": "test_strong_clusters.py::"
                     "test_reat_litzenberger_and_sternberg_in_german_regions",
    "ellison.a2": "test_ellison_glaeser.py::test_another_package_reat",
    "krugman.conc2": "test_every_reference.py::test_every_item_of_reat",
    "krugman.spec2": "test_regional_mix.py::test_reat_krugman_of_two_and_of_sweden",
    "shifti": "test_shift_share.py::test_reat_industries_of_one_region",
    "shiftd": "test_shift_share.py::test_reat_dynamic_parts_of_goettingen",
}  # fmt: skip
CONVERGENCE = "WHY inequality has the linear estimate with robust errors and the log spread"
PICTURE = "WHY draws a picture and prints no number of its own"
NOT_OURS = "WHY market areas, accessibility and distances are not agglomeration"
STATISTICS = "WHY general statistics, which numpy, scipy and polars have"
WHY = {
    "ellison.c": "WHY another number than the paper's", "FK2014_EGC": "WHY as ellison.c",
    "ellison.c2": "WHY another number than the paper's",
    "howard.xcl": "WHY drawn at random: exact in expected_howard_index",
    "howard.xcl2": "WHY nothing is printed",
    "betaconv.nls": CONVERGENCE, "betaconv.speed": CONVERGENCE, "rca": CONVERGENCE,
    "sigmaconv.t": CONVERGENCE,
    "cv": PICTURE, "G.counties.gdp": PICTURE, "locq.growth": PICTURE, "lorenz": PICTURE,
    "portfolio": PICTURE, "ripley": PICTURE, "sd2": PICTURE, "var2": PICTURE,
    "GoettingenHealth1": PICTURE,
    "EU28.emp": "WHY prints its data",
    "shiftp": "WHY a projection of jobs without an error",
    "GoettingenHealth2": "WHY the data are not stored; williamson_index is tested by hand",
    "williamson": "WHY the data are not stored; williamson_index is tested by hand",
    "converse": NOT_OURS, "dist.buf": NOT_OURS, "dist.calc": NOT_OURS, "dist.mat": NOT_OURS,
    "hansen": NOT_OURS, "huff": NOT_OURS, "reilly": NOT_OURS,
    "gifpro": "WHY forecasts of commercial areas", "gifpro.tbs": "WHY as gifpro",
    "curvefit": STATISTICS, "growth": STATISTICS, "lm.beta": STATISTICS, "mean2": STATISTICS,
    "to.dummy": STATISTICS,
}  # fmt: skip


@pytest.fixture(scope="module")
def sections(shared_data):
    path = shared_data.parent / "reference/reference_values/REAT_3.0.3_examples_output.txt"
    parts = re.split(r"^#{10}  (\S+)\.Rd ?$", path.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.fixture(scope="module")
def data(shared_data):
    return Data(shared_data.parent / "reference")


def numbers_of(lines):
    number = r"(?<![\w.\-])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w.]*[A-Za-z])"
    return np.array([float(x) for line in lines for x in re.findall(number, line)])


def printed(section):
    return [line for line in section.splitlines() if not line.startswith((">", "+"))]


def test_every_example_is_held_or_has_a_reason(sections, project_root):
    everything = [*LINES, *TABLES, *HELD, *WHY]
    assert len(everything) == len(set(everything))
    assert set(everything) == set(sections)
    for where in [*HELD.values(), *WHY.values()]:
        assert is_held(where, project_root), where


@pytest.mark.parametrize("name", list(LINES))
def test_another_package_reat_prints_the_same_line(sections, data, name):
    lines = [line.split("]", 1)[1] for line in printed(sections[name])
             if re.match(r" *\[\d+\]", line)]  # fmt: skip
    np.testing.assert_allclose(LINES[name](data), numbers_of(lines), rtol=6e-10, atol=1e-12)


@pytest.mark.parametrize("name", list(TABLES))
def test_another_package_reat_prints_the_same_table(sections, data, name):
    theirs = numbers_of(printed(sections[name]))
    for value in TABLES[name](data):
        assert np.isclose(theirs, value, rtol=6e-10, atol=1e-9).any(), value
