"""How to make this page again: input, settings, versions and seeds, and no clock."""

from __future__ import annotations

import platform
from importlib.metadata import version

from buzzline.analysis import VERSION, Provenance
from buzzline.report.tables import Column, PageTable, rows_of, text
from buzzline.tables.schema import TABLES
from buzzline.tables.study import Study

PACKAGES = ("numpy", "scipy", "polars", "numba", "narwhals", "jinja2")


def provenance_tables(
    study: Study, stamps: list[tuple[str, Provenance | None]]
) -> list[PageTable]:
    """Return three tables: input, settings of each analysis, versions.

    Parameters
    ----------
    stamps : list of (what it is, provenance or None)
    """
    return [_input(study), _settings(stamps), _versions()]


def source_names(study: Study) -> list[str]:
    """Return the sources as they may be sent on: files by their names, without folders."""
    return [
        source if "://" in source else source.replace("\\", "/").rstrip("/").split("/")[-1]
        for source in study.about.sources
    ]


def _input(study: Study) -> PageTable:
    columns = (Column("what", "What"), Column("value", "Value"))
    lines = [(text("fingerprint of all tables"), text(study.fingerprint))]
    lines += [
        (text(f"rows in {table.name}"), text(f"{getattr(study, table.name).height:,}"))
        for table in TABLES
        if getattr(study, table.name).height
    ]
    lines += [(text("source"), text(name)) for name in source_names(study)]
    lines += [
        (text(f"sha256 of {name}"), text(digest))
        for name, digest in study.about.digests.items()
    ]
    if study.about.licence:
        lines.append((text("licence of the data"), text(study.about.licence)))
    return PageTable(
        "input", "Input: equal tables have equal fingerprints", columns, rows_of(lines)
    )


def _settings(stamps: list[tuple[str, Provenance | None]]) -> PageTable:
    columns = (
        Column("analysis", "Analysis"),
        Column("setting", "Setting"),
        Column("value", "Value"),
    )
    lines = []
    for name, stamp in stamps:
        if stamp is None:
            lines.append((text(name), text("–"), text("made by hand, without provenance")))
            continue
        things = {"study", "clustering", "progress"}
        lines += [
            (text(stamp.analysis), text(key), text(_plain(value)))
            for key, value in stamp.arguments.items()
            if key not in things and key != "rng"
        ]
        seed = "nothing is drawn" if stamp.seed is None else str(stamp.seed)
        lines.append((text(stamp.analysis), text("seed"), text(seed)))
        lines.append(
            (text(stamp.analysis), text("fingerprint"), text(stamp.fingerprint or "–"))
        )
    return PageTable("settings", "Settings of each analysis", columns, rows_of(lines))


def _plain(value: object) -> str:
    if value is None:
        return "default"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return str(value)


def _versions() -> PageTable:
    columns = (Column("package", "Package"), Column("version", "Version"))
    lines = [
        (text("buzzline"), text(VERSION)),
        (text("Python"), text(platform.python_version())),
    ]
    lines += [(text(name), text(version(name))) for name in PACKAGES]
    return PageTable("versions", "Versions", columns, rows_of(lines))
