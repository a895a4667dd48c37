"""One command an analysis, made from its signature."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Group, MissingArgumentError, Parameter

from buzzline.analysis import CATALOGUE, Analysis, needs_study, things_of
from buzzline.charts.drawing import charts_of
from buzzline.cli.helping import example_lines
from buzzline.cli.leaving import KEEPS
from buzzline.cli.options import (
    Option,
    arguments_from,
    makers_of,
    options_of,
    options_of_makers,
)
from buzzline.cli.printing import as_json_rows, put, say, show, show_frame
from buzzline.cli.things import DECLARED, AfterTests, earlier_clusters, offered_to, things_for
from buzzline.cli.waiting import shown_progress
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.export.measures import measure_frames
from buzzline.export.publishing import publisher
from buzzline.export.writing import write_tables
from buzzline.progress import Progress
from buzzline.road.choices import choices_of
from buzzline.road.manifest import provenance_json
from buzzline.road.measuring import ALWAYS, OF_CANDIDATES, in_order
from buzzline.road.opening import Kind, opened, settings_of
from buzzline.road.public import rule_of
from buzzline.tables.privacy import pseudonymous
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings
from buzzline.tables.writing import atomically

INPUT = Group("Input", sort_key=1)
CHOICES = Group("Choices", sort_key=2)
OUTPUT = Group("Output", sort_key=4)
COMMANDS = {
    "clusters": Group("Commands for one question: where a cluster begins and ends", sort_key=2),
    "linkages": Group("Commands for one question: who is tied to whom", sort_key=3),
    "investment": Group("Commands for one question: who invests in which clusters", sort_key=4),
    "econometrics": Group("Commands for one question: what goes with what", sort_key=4),
    "diagnosis": Group("Commands for one question: what it means for a cluster", sort_key=4),
    "agglomeration": Group("Commands for one question: how concentrated is it", sort_key=5),
    "simulation": Group("Commands for one question: what could happen", sort_key=6),
    "policy": Group("Commands for one question: what would help", sort_key=6),
}
# The short word of the house beside the full name.
SHORT = {
    "candidate_clusters": "clusters",
    "scale_profile": "profile",
    "scale_balance": "balance",
    "location_quotients_by_place": "location-quotients",
    "relatedness_density_by_place": "relatedness-density",
}
NAMED = "name"  # buzzline experiment medellin, or --name medellin
OF_CLUSTERS = {
    True: "Folder of an earlier `buzzline run` to take the candidate clusters from, or "
    "`declared` for the declared clusters of the study; without it candidates are looked for "
    "now.",
    False: "Folder of an earlier `buzzline run` to take clusters from, as both tests left them "
    "there, or `declared` for the declared clusters of the study; without it candidates are "
    "looked for and both tests made now.",
}
CHOICES_COME_FROM = (
    "What you do not set is taken from the section [run] of study.toml, then from the defaults."
)


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """What was typed, apart from the choices of the analysis."""

    study: Path | None = None
    source: Kind = "tables"
    clusters: Path | None = None
    out: Path | None = None
    public: bool = False
    json: bool = False
    quiet: bool = False


def add_analyses(app: App) -> None:
    """Give the program one command for each entry of the catalogue."""
    order = {name: number for number, name in enumerate((*ALWAYS, *in_order()))}
    for item in CATALOGUE.values():
        function = inspect.unwrap(item.function)
        sentence = (inspect.getdoc(function) or "").splitlines()[0]
        name = item.name.replace("_", "-")
        short = SHORT.get(item.name)
        app.command(
            _command(item),
            name=name,
            alias=(short,) if short else (),
            help=f"{item.question}\n\n{sentence} {_origin(item)}".rstrip(),
            help_epilogue=_example(item, short or name),
            group=COMMANDS[item.stage],
            sort_key=order.get(item.name),
        )


def _origin(item: Analysis) -> str:
    return CHOICES_COME_FROM if needs_study(item) else ""


def with_study(app: App, words: Sequence[str]) -> list[str]:
    """Return the words with the study first, where the list of an option swallowed it.

    Parameters
    ----------
    app : App
    words : sequence of str
        As typed after `buzzline`. In `kdensity --industries robots my-region` the study is
        missing; when the last word is an existing file or folder, it is the study.
    """
    typed = list(words)
    names = {name.replace("_", "-") for name in CATALOGUE} | set(SHORT.values())
    if not typed or typed[0] not in names or typed[-1].startswith("-"):
        return typed
    try:
        app.parse_args(typed, print_error=False, exit_on_error=False)
    except MissingArgumentError as error:
        is_study = error.argument is not None and "--study" in error.argument.names
        if is_study and Path(typed[-1]).exists():
            return [typed[0], typed[-1], *typed[1:-1]]
    except CycloptsError:
        pass  # said when the command is run
    return typed


def _example(item: Analysis, word: str) -> str:
    settable = [
        o for o in options_of(item) if isinstance(o.default, int | float) and o.quantity
    ]
    first = ["my-region"] if needs_study(item) else []
    chosen = [f"{settable[0].spelt[0]} {settable[0].default:g}"] if settable else []
    return example_lines(word, [" ".join(first), " ".join([*first, *chosen, f"--out {word}"])])


def _command(item: Analysis) -> Callable[..., int]:
    """Return a function whose signature the parser reads."""

    def run(first: Any = None, **typed: Any) -> int:
        if first is not None:
            typed["study" if needs_study(item) else NAMED] = first
        general = {key: typed.pop(key) for key in tuple(typed) if key in Request.__slots__}
        return _answer(item, Request(**general), typed)

    steps = " and ".join(maker.name for maker in makers_of(item))
    of_makers = Group(f"Choices of what it is made from: {steps}", sort_key=3)
    parameters = [
        *_input(item), *(_chosen(option, item) for option in options_of(item)),
        *(_parameter(option, of_makers) for option in options_of_makers(item)),
        *_output(item),
    ]  # fmt: skip
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # a function has one
    run.__annotations__ = {each.name: each.annotation for each in parameters}
    run.__name__ = item.name
    return run


def _chosen(option: Option, item: Analysis) -> inspect.Parameter:
    """Return a choice; what has a name and takes no study is called by its name alone."""
    parameter = _parameter(option, CHOICES)
    if option.name != NAMED or needs_study(item):
        return parameter
    return parameter.replace(kind=inspect.Parameter.POSITIONAL_OR_KEYWORD)


def _parameter(option: Option, group: Group) -> inspect.Parameter:
    sequence = typing.get_origin(option.hint) is list
    shown = option.default
    if sequence and shown is not None:
        shown = " ".join(v if isinstance(v, str) else f"{v:g}" for v in shown)
    said = Parameter(
        name=option.spelt, help=option.help, group=group, consume_multiple=sequence,
        show_default=(lambda _: shown) if shown is not None else False,
    )  # fmt: skip
    hint = option.hint if option.default is not None else option.hint | None
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=option.default,
        annotation=Annotated[hint, said],
    )  # fmt: skip


def _input(item: Analysis) -> list[inspect.Parameter]:
    if not needs_study(item):
        return []
    found = [
        inspect.Parameter(
            "study", inspect.Parameter.POSITIONAL_OR_KEYWORD,
            annotation=Annotated[Path, Parameter(group=INPUT, help=(
                "Folder with tables, one file, or a study.toml."))],
        ),
        _keyword("source", Kind, "tables", INPUT,
                 "Which public source it is, when the files are as published."),
    ]  # fmt: skip
    if Clustering in things_of(item).values():
        found.append(
            _keyword("clusters", Path | None, None, INPUT,
                     OF_CLUSTERS[item.name in OF_CANDIDATES])
        )  # fmt: skip
    return found


def _output(item: Analysis) -> list[inspect.Parameter]:
    public = _keyword(
        "public", bool, False, OUTPUT,
        "Results for everybody: no small organisation by name, no small group.",
    )  # fmt: skip
    return [
        _keyword("out", Path | None, None, OUTPUT,
                 "Folder to write tables, charts and provenance to."),
        *([public] if needs_study(item) else []),
        _keyword("json", bool, False, OUTPUT, "Print the whole table as JSON."),
        _keyword("quiet", bool, False, OUTPUT, "Show no progress."),
    ]  # fmt: skip


def _keyword(name: str, hint: Any, default: Any, *said: Any) -> inspect.Parameter:
    group, text = said
    parameter = Parameter(group=group, help=text, show_default=False)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default,
        annotation=Annotated[hint, parameter],
    )  # fmt: skip


def _answer(item: Analysis, request: Request, typed: Mapping[str, Any]) -> int:
    if not request.quiet:
        _say_what_stopping_loses(item, typed)
    with shown_progress(quiet=request.quiet) as progress:
        if request.study is None:
            result = _worked_out(item, {}, RunSettings(), typed=typed, progress=progress)
        else:
            result = _of_study(item, request, request.study, typed=typed, progress=progress)
    if request.out is not None:
        for path in _write(request.out, item.name, result):
            say(f"written: {path}")
    if request.json:
        put(as_json_rows(result.table()))
    else:
        show(str(result))
        show_frame(result.table())
    return 0


def _say_what_stopping_loses(item: Analysis, typed: Mapping[str, Any]) -> None:
    """Say before long work that it is kept only where a folder is named."""
    keeps = any(option.spelt == (KEEPS,) for option in options_of(item))
    if keeps and typed.get("folder") is None:
        say(f"Stopping loses what is done; with {KEEPS} NAME it is kept and goes on.")


def _of_study(
    item: Analysis,
    request: Request,
    folder: Path,
    *,
    typed: Mapping[str, Any],
    progress: Progress,
) -> Any:
    settings = settings_of(folder)
    arguments_from(item, typed, {})  # refuses what cannot be before the tables are read
    progress("reading tables", 0, 1)
    study = opened(folder, request.source)
    progress("reading tables", 1, 1)
    _say_set_aside(study.about.quality.n_set_aside, request)
    if request.public:
        study = _hidden(study, request, settings)
    have: dict[type, Any] = {Study: study}
    if request.clusters is not None:
        is_tested = item.name not in OF_CANDIDATES
        have[AfterTests if is_tested else Clustering] = earlier_clusters(
            request.clusters, study, folder, after_tests=is_tested
        )
    result = _worked_out(item, have, settings, typed=typed, progress=progress)
    if not request.public:
        return result
    cutter = publisher(study, have.get(AfterTests, have.get(Clustering)), rule_of(settings))
    if why := cutter.why_not(item.name):
        raise InvalidArgument(f"{item.name}: {why}")
    return cutter.record(result, item.name)


def _worked_out(
    item: Analysis,
    have: dict[type, Any],
    settings: RunSettings,
    *,
    typed: Mapping[str, Any],
    progress: Progress,
) -> Any:
    """Return the result of an analysis, made from what there is and what it takes besides."""
    arguments = arguments_from(item, typed, choices_of(item.name, settings))
    if "progress" in item.choices:
        arguments["progress"] = progress
    passed = {o.name: typed[o.name] for o in options_of_makers(item) if o.name in typed}
    of_makers = {maker.name: passed for maker in makers_of(item)}
    things = things_for(item, have, settings, progress=progress, typed=of_makers)
    arguments |= offered_to(item, have, settings, progress=progress)
    return item.function(*things, **arguments)


def _hidden(study: Study, request: Request, settings: RunSettings) -> Study:
    """Return the study with pseudonyms, where clusters do not come from one with names."""
    if request.clusters not in (None, DECLARED):
        raise InvalidArgument(
            "--public: clusters of an earlier run are of organisations with names. Leave "
            "--clusters out, or take a whole `buzzline run --public`."
        )
    return pseudonymous(study, rule_of(settings), rng=settings.seed)


def _say_set_aside(n_rows: int, request: Request) -> None:
    """Say how many rows the answer is without, and how to see which."""
    if n_rows:
        rows = "1 row was" if n_rows == 1 else f"{n_rows:,} rows were"
        source = "" if request.source == "tables" else f" --source {request.source}"
        say(f"{rows} set aside; `buzzline check {request.study}{source}` says which, and why.")


def _write(folder: Path, name: str, result: Any) -> list[Path]:
    """Write the tables, charts and provenance of one result."""
    stamp = folder / f"{name}.provenance.json"
    tables = write_tables(folder, measure_frames([result]))
    with atomically(stamp) as unfinished:
        unfinished.write_text(provenance_json(result.provenance), encoding="utf-8")
    return [*tables, stamp] + [
        spec.save(folder / f"{picture}.{ending}")
        for picture, spec in charts_of(name, result).items()
        for ending in ("chart.json", "svg", "png")
    ]
