"""The program: its commands, in the order a person needs them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from typing import Any

from cyclopts import App, Group, Parameter

from buzzline.analysis import VERSION
from buzzline.cli.analysing import add_analyses
from buzzline.cli.assumed import parameters, switches
from buzzline.cli.demonstrating import demo
from buzzline.cli.helping import example_lines, unwrapped
from buzzline.cli.looking_up import schema
from buzzline.cli.printing import messages, results
from buzzline.cli.surveying import add_survey
from buzzline.cli.working import check, init, run

WORK = Group("Commands for a whole study, in this order", sort_key=1)
LOOK = Group("Commands to look around", sort_key=5)
ASIDE = Group("Options", sort_key=6)

ABOUT = (
    "Find clusters in tables of organisations, compare their ties with distance and chance, "
    "and measure how concentrated industries are."
    "\n\nPut your tables (CSV, Excel, Parquet, ...) into a folder, say my-region, and type the "
    "three commands at the end of this page. Nothing leaves your computer."
)
FIRST_STEPS = """First steps:

  buzzline init my-region             looks at the files, writes my-region/study.toml
  buzzline check my-region            says which rows can be used, and how to mend the others
  buzzline run my-region --out out    computes everything; the report is out/report.html

Every command explains itself: buzzline run --help"""
USAGE = "Usage: buzzline {} [OPTIONS] [TABLES...]"
RUN_EXAMPLES = (
    "my-region --out out",
    'my-region --out out --industries textiles "boat building" --seed 7',
    "cordis --source cordis --out out",
)
SCHEMA_EXAMPLES = ("", "organisations linkages", "--templates empty-tables")
PARAMETER_EXAMPLES = ("", "K2", "X1 trust", "--json")


def application() -> App:
    """Return the program with all its commands."""
    app = App(
        name="buzzline",
        version=VERSION,
        help=ABOUT,
        help_epilogue=FIRST_STEPS,
        help_format="plaintext",
        default_parameter=Parameter(negative=()),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
        console=results(),
        error_console=messages(),
    )
    for flag in ("--help", "--version"):
        app[flag].group = ASIDE
    app.command(init, **_said(init, WORK, 1, ["my-region"]), usage=USAGE.format("init"))
    app.command(check, **_said(check, WORK, 2, ["my-region", "my-region --strict --json"]))
    app.command(run, **_said(run, WORK, 3, RUN_EXAMPLES))
    add_analyses(app)
    add_survey(app, group=WORK, sort_key=4)
    app.command(schema, **_said(schema, LOOK, 1, SCHEMA_EXAMPLES), usage=USAGE.format("schema"))
    app.command(
        parameters, **_said(parameters, LOOK, 2, PARAMETER_EXAMPLES),
        usage="Usage: buzzline parameters [OPTIONS] [WORDS...]",
    )  # fmt: skip
    app.command(
        switches, **_said(switches, LOOK, 3, ["", "X2 X24", "--json"]),
        usage="Usage: buzzline switches [OPTIONS] [CODES...]",
    )  # fmt: skip
    app.command(demo, **_said(demo, LOOK, 4, ["--out demo"]))
    return app


def _said(
    command: Callable[..., int], group: Group, place: int, examples: Sequence[str]
) -> dict[str, Any]:
    """Return help, examples and place of a command."""
    return {
        "help": unwrapped(inspect.getdoc(command) or ""),
        "help_epilogue": example_lines(command.__name__, examples),
        "group": group,
        "sort_key": place,
    }
