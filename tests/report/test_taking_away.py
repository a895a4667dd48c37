"""What a reader takes away: sorted tables, CSV and pictures."""

import base64
import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy.ndimage import label
from tests.report.conftest import until, visited

from buzzline.report import report


def downloaded(page, selector: str) -> tuple[str, bytes]:
    with page.expect_download() as caught:
        page.locator(selector).click()
    return caught.value.suggested_filename, Path(caught.value.path()).read_bytes()


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def shown(page, table_id: str, column: int) -> list[str]:
    return page.locator(f"#{table_id} tbody tr td:nth-child({column})").all_inner_texts()


def test_a_click_on_a_heading_sorts_and_says_so(desktop):
    page = desktop.page
    head = page.locator("#table-clusters thead th").nth(3)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert shown(page, "table-clusters", 4) == ["30", "20", "14"]
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert shown(page, "table-clusters", 4) == ["14", "20", "30"]


def test_enter_on_a_heading_sorts(desktop):
    page = desktop.page
    page.locator("#table-clusters thead th").nth(1).locator("button").focus()
    page.keyboard.press("Enter")
    names = [name.split("\n")[0] for name in shown(page, "table-clusters", 2)]
    assert names == sorted(names)
    assert page.locator("#table-clusters th[aria-sort]").count() == 1


def test_tables_are_taken_away_as_csv(desktop):
    name, content = downloaded(desktop.page, ".table:has(#table-clusters) [data-act=csv]")
    rows = table(content)
    assert name == "clusters.csv"
    assert [row["n_members"] for row in rows] == ["30", "20", "14"]
    assert rows[0]["label"] == "Prato (Tuscany), IT"
    assert rows[0]["interval"] == "1.76 to 2.64"


def test_flows_in_view_hold_every_placed_tie(desktop, study):
    """Brute force: ties counted in Python, with and without an end that has no coordinates."""
    page = desktop.page
    name, content = downloaded(page, "#map [data-act=csv]")
    assert name == "flows_in_view.csv"
    assert sum(int(row["ties"]) for row in table(content)) == study.linkages.height - 1
    page.evaluate(
        "buzzline.map.frame.fit([0.47, 0.3, 0.55, 0.38]); buzzline.map.frame.paint(false)"
    )
    rows = table(downloaded(page, "#map [data-act=csv]")[1])
    lyon = [row for row in rows if {"Lyon, France", "Prato, Italy"} == {row["from"], row["to"]}]
    assert sum(int(row["ties"]) for row in lyon) == 10
    assert {row["scale"] for row in lyon} == {"global"}


def test_network_lines_hold_every_tie_between_nodes(desktop):
    """By hand: Prato to Lyon 10, Jena to the United States 6, Prato to Japan 5."""
    _, content = downloaded(desktop.page, "#network [data-act=csv]")
    ties = {frozenset((row["from"], row["to"])): int(row["ties"]) for row in table(content)}
    prato, jena = "Prato (Tuscany), IT · textiles", "Jena, DE · optics"
    assert ties[frozenset((prato, "Lyon, FR · textiles"))] == 10
    assert ties[frozenset((jena, "Elsewhere: United States"))] == 6
    assert ties[frozenset((prato, "Elsewhere: Japan"))] == 5


def test_pictures_carry_title_legend_and_source(desktop):
    """The picture is higher than the canvas by its title and its legend, and these have ink."""
    page = desktop.page
    for figure in ("map", "network"):
        name, content = downloaded(page, f"#{figure} [data-act=png]")
        assert name == f"{figure}.png"
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
        canvas = page.evaluate(
            f"[buzzline.{figure}.frame.width, buzzline.{figure}.frame.height]"
        )
        assert width == 2 * canvas[0]
        assert height > 2 * canvas[1] + 150
        ink = _inked_rows(page, content)
        assert ink[:92].any(), "no title"
        assert label(ink[92 + 2 * canvas[1] :])[1] >= 3, "no legend, note and source"


def _inked_rows(page, content: bytes) -> np.ndarray:
    """Which rows of a picture are not all white, read by the browser itself."""
    rows = page.evaluate(
        """async (text) => {
            const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes]));
            const canvas = new OffscreenCanvas(picture.width, picture.height);
            const pen = canvas.getContext("2d");
            pen.drawImage(picture, 0, 0);
            const { data } = pen.getImageData(0, 0, picture.width, picture.height);
            return [...Array(picture.height).keys()].map((y) => {
                for (let i = y * picture.width * 4; i < (y + 1) * picture.width * 4; i += 4)
                    if (data[i] < 200) return 1;
                return 0;
            });
        }""",
        base64.b64encode(content).decode(),
    )
    return np.array(rows, dtype=bool)


def test_links_open_the_part_they_lead_to(desktop):
    page = desktop.page
    assert not page.locator("#balance-c2").evaluate("(part) => part.open")
    page.locator("#row-c2 a").click()
    assert until(page, "document.getElementById('balance-c2').open")


def test_finding_in_a_long_table(browsers, study, profile, clustering, balance, tmp_path):
    """By hand: twelve clusters, four of them near Jena; the CSV holds the rows found."""
    copies = [
        clustering.clusters.with_columns(pl.col("cluster_id") + f"-{copy}") for copy in range(4)
    ]
    many = replace(clustering, clusters=pl.concat(copies), members=clustering.members.clear())
    page_of_many = report(study, profile, many, balance).save(tmp_path / "many.html")
    visit = visited(browsers["desktop"], page_of_many)
    visit.page.fill(".table:has(#table-clusters) input[type=search]", "jena optics")
    assert visit.page.locator("#table-clusters tbody tr:visible").count() == 4
    assert (
        "4 rows match" in visit.page.locator(".table:has(#table-clusters) .left").inner_text()
    )
    _, content = downloaded(visit.page, ".table:has(#table-clusters) [data-act=csv]")
    assert {row["label"] for row in table(content)} == {"Jena, DE"}
    visit.page.close()
