"""A small study filled in by hand, its report, and a browser that counts requests."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import log
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright

from buzzline.agglomeration import (
    coagglomeration,
    concentration,
    hot_spots,
    kdensity,
    relatedness,
)
from buzzline.analysis import Answer
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report import Html, report
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.tables.quality import ColumnCount, Finding, Quality, TableCount
from buzzline.tables.study import About, Study
from buzzline.tables.worlds import make_world

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP, PHONE = (1280, 800), (390, 844)
HOSTILE = "</script><b>Prato & figli</b>"

# City, country, longitude, latitude, industry, organisations.
TOWNS = (
    ("Prato", "IT", 11.10, 43.88, "textiles", 30),
    ("Lyon", "FR", 4.84, 45.76, "textiles", 14),
    ("Jena", "DE", 11.59, 50.93, "optics", 20),
    ("Firenze", "IT", 11.25, 43.77, "optics", 3),
    ("Osaka", "JP", 135.50, 34.69, "optics", 5),
    ("San José", "US", -121.89, 37.34, "optics", 6),
    ("Porto", "PT", -8.61, 41.15, "textiles", 4),
)


@pytest.fixture(scope="session")
def study() -> Study:
    rows = [
        {"org_id": f"{city[:2]}{i}", "name": f"{city} {i}", "industry": industry, "city": city,
         "country": country, "longitude": lon + i % 5 / 100, "latitude": lat + i // 5 / 100}
        for city, country, lon, lat, industry, n in TOWNS
        for i in range(n)
    ]  # fmt: skip
    rows.append({"org_id": "nowhere", "name": HOSTILE, "industry": "textiles", "country": "IT"})
    ties = (
        [("Pr0", f"Pr{i}", "supply") for i in range(1, 25)]
        + [(f"Pr{i}", f"Fi{i}", "supply") for i in range(3)]
        + [(f"Pr{i}", f"Ly{i}", "supply") for i in range(10)]
        + [(f"Pr{i}", f"Os{i}", "research") for i in range(5)]
        + [(f"Je{i}", f"Sa{i}", "research") for i in range(6)]
        + [(f"Sa{i}", f"Os{i}", "research") for i in range(4)]
        + [("Je0", f"Je{i}", "research") for i in range(1, 12)]
        + [("Pr0", "nowhere", "supply"), ("Ly0", "Je0", "supply"), ("Po0", "Ly0", "supply")]
    )
    linkages = pl.DataFrame(ties, schema=["source", "target", "layer"], orient="row")
    return Study.of(
        organisations=pl.DataFrame(rows), linkages=linkages, about=about(len(rows), len(ties))
    )


def about(n_organisations: int, n_ties: int) -> About:
    quality = Quality(
        tables=(
            TableCount("organisations", "firms.csv", n_organisations, n_organisations, 0),
            TableCount("linkages", "linkages.csv", n_ties + 2, n_ties, 2),
        ),
        columns=(ColumnCount("organisations", "name", "Name", n_organisations, 0, 1),),
        findings=(
            Finding("organisations", "name", "spaces at the ends", "repaired", 1, (7,),
                    (" Prato 5",), "Nothing: they were taken off."),
            Finding("linkages", "target", "unknown organisation", "set aside", 2, (12, 40),
                    (HOSTILE, "F-0931"), "Add these organisations, or mend the ids."),
        ),
        set_aside={"linkages": pl.DataFrame({"row": [12, 40], "reason": ["unknown"] * 2})},
        ignored_columns={"organisations": ("Fax",)},
    )  # fmt: skip
    return About("Three towns", sources=("made by hand",), notes=("Small firms are missing.",),
                 quality=quality)  # fmt: skip


@pytest.fixture(scope="session")
def clustering(study: Study) -> Clustering:
    found = (
        ("c1", "Prato (Tuscany), IT", "textiles", "Prato", 30, 33, 2.2),
        ("c2", "Jena, DE", "optics", "Jena", 20, 20, 2.4),
        ("c3", "Lyon, FR", "textiles", "Lyon", 14, 14, 1.7),
    )
    where = {city: (lon, lat, country) for city, country, lon, lat, _, _ in TOWNS}
    rows = [
        {"cluster_id": cluster_id, "label": label, "industry": industry, "scale_km": 10.0,
         "n_members": n, "n_core": n - 2, "n_background": background, "expected": n / ratio,
         "ratio": ratio, "low": ratio * 0.8, "high": ratio * 1.2, "level": 0.95,
         "strength": 10.0 * n, "p": 0.005, "q": 0.005, "longitude": where[city][0],
         "latitude": where[city][1], "radius_km": 6.5, "country": where[city][2],
         "places": f"{city} ({n})"}
        for cluster_id, label, industry, city, n, background, ratio in found
    ]  # fmt: skip
    members = [
        {"cluster_id": cluster_id, "org_id": f"{city[:2]}{i}", "is_core": i < n - 2}
        for cluster_id, _, _, city, n, _, _ in found
        for i in range(n)
    ]
    coverage = pl.DataFrame({
        "industry": ["textiles", "optics", "toys"], "scale_km": [10.0, 10.0, None],
        "n_organisations": [49, 34, 0], "n_located": [48, 34, 0], "n_core": [40, 18, 0],
        "n_candidates": [2, 1, 0], "status": ["examined", "examined", "no organisation"],
    })  # fmt: skip
    tree = pl.DataFrame({"candidate_id": ["c1", "c2", "c3"]})
    return Clustering(
        pl.DataFrame(rows), pl.DataFrame(members), tree, coverage, 0.95, 0.05, 199
    )


@pytest.fixture(scope="session")
def profile() -> ScaleProfile:
    counts = {"supply": (24, 4, 0, 11, 1), "research": (11, 0, 0, 15, 0)}
    rows = [
        {"layer": layer, "scale": scale, "n": n,
         "share": n / sum(by_scale[:4]) if scale != "unknown" else None,
         "low": 0.8 * n / sum(by_scale[:4]) if scale != "unknown" else None,
         "high": min(1.0, 1.2 * n / sum(by_scale[:4])) if scale != "unknown" else None,
         "level": 0.95, "n_known": sum(by_scale[:4])}
        for layer, by_scale in counts.items()
        for scale, n in zip((*SCALES, "unknown"), by_scale, strict=True)
    ]  # fmt: skip
    return ScaleProfile(pl.DataFrame(rows), Cutoffs(), 0.95)


@pytest.fixture(scope="session")
def balance() -> ScaleBalance:
    observed, expected = (62, 6, 10, 2), (38, 14, 16, 12)
    verdicts = ("excess", "missing", "as expected", "not enough links")
    rows = [
        {"cluster_id": cluster_id, "label": label, "industry": industry, "layer": "supply",
         "model": model, "scale": scale, "observed": o, "expected": float(e), "share": o / 80,
         "expected_share": e / 80, "log_ratio": log((o + 0.5) / (e + 0.5)),
         "low": log((o + 0.5) / (e + 0.5)) - 0.3, "high": log((o + 0.5) / (e + 0.5)) + 0.3,
         "level": 0.95, "p": 0.01, "q": 0.02, "n": 60,
         "n_needed": None if model == "G0" and scale == "global" else 142, "verdict": verdict,
         "verdict_smaller": verdict,
         "verdict_larger": "as expected" if scale == "regional" else verdict,
         "is_stable": scale not in ("regional",)}
        for cluster_id, label, industry in (("c1", "Prato (Tuscany), IT", "textiles"),
                                            ("c2", "Jena, DE", "optics"))
        for model in ("G0", "G1", "G2")
        for scale, o, e, verdict in zip(SCALES, observed, expected, verdicts, strict=True)
    ]  # fmt: skip
    fits = pl.DataFrame({
        "cluster_id": ["c1"], "label": ["Prato (Tuscany), IT"], "industry": ["textiles"],
        "layer": ["supply"], "model": ["G1"], "n": [60], "distance_elasticity": [-0.9],
        "elasticity_low": [-1.1], "elasticity_high": [-0.7], "border": [-0.4],
        "dispersion": [1.0], "design_effect": [1.0], "g2": [33.969], "p": [0.01],
        "kl": [0.21231], "js": [0.07], "status": ["fitted"],
    })  # fmt: skip
    untested = pl.DataFrame({
        "cluster_id": ["c3"], "label": ["Lyon, FR"], "industry": ["textiles"],
        "layer": ["supply"], "reason": ["its members have 11 ties, fewer than 20"],
    })  # fmt: skip
    return ScaleBalance(pl.DataFrame(rows), fits, untested, Cutoffs(), 0.95, 499)


@pytest.fixture(scope="session")
def world() -> Study:
    return make_world(organisations=400, clusters=2, industries=3, rng=7).study


@pytest.fixture(scope="session")
def measures(world: Study) -> tuple[Answer, ...]:
    """Measures of each kind of picture: bars, curves, a matrix, a map."""
    drawn = (concentration, coagglomeration, kdensity, hot_spots)
    return (*(work(world, draws=19, rng=1) for work in drawn), relatedness(world))


@pytest.fixture(scope="session")
def page_of_three_towns(study, profile, clustering, balance, measures) -> Html:
    return report(study, profile, clustering, balance, measures=measures)


@dataclass
class Visit:
    """An open page, what it asked for and what it complained about."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def saved(page_of_three_towns: Html, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return page_of_three_towns.save(tmp_path_factory.mktemp("page") / "report.html")


@pytest.fixture(scope="session")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, BrowserContext]]:
    with sync_playwright() as playwright:
        contexts = {
            name: playwright.chromium.launch_persistent_context(
                tmp_path_factory.mktemp(name), executable_path=CHROMIUM, args=ARGUMENTS,
                headless=True, accept_downloads=True,
                viewport={"width": size[0], "height": size[1]}, has_touch=name == "phone",
                reduced_motion="reduce",
            )
            for name, size in (("desktop", DESKTOP), ("phone", PHONE))
        }  # fmt: skip
        yield contexts
        for context in contexts.values():
            context.close()


def until(page: Page, statement: str) -> bool:
    """Wait for a statement to hold; the content policy forbids Playwright's own way."""
    for _ in range(40):
        if page.evaluate(statement):
            return True
        page.wait_for_timeout(50)
    return False


def visited(context: BrowserContext, path: Path) -> Visit:
    """Open a saved page and wait until map and network are drawn."""
    visit = Visit(context.new_page())
    visit.page.route("**/*", lambda route: (visit.requests.append(route.request.url),
                                            route.continue_()))  # fmt: skip
    visit.page.on("console", lambda said: visit.complaints.append(said.text)
                  if said.type in ("error", "warning") else None)  # fmt: skip
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.goto(path.as_uri())
    visit.page.wait_for_selector("html[data-ready]")
    visit.page.wait_for_timeout(200)  # the last redraw comes 160 ms after rest
    return visit


@pytest.fixture
def desktop(browsers, saved) -> Iterator[Visit]:
    visit = visited(browsers["desktop"], saved)
    yield visit
    visit.page.close()


@pytest.fixture
def phone(browsers, saved) -> Iterator[Visit]:
    visit = visited(browsers["phone"], saved)
    yield visit
    visit.page.close()
