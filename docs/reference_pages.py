"""The reference, made from the program while the site is built; none of it is committed."""

from __future__ import annotations

import contextlib
import inspect
import io
import json
import os
import re
from types import ModuleType
from typing import Any
from unittest import mock

from docs.docstrings import as_markdown
from docs.public_names import PublicName, names_of, public_modules

import buzzline
from buzzline.analysis import CATALOGUE, Analysis
from buzzline.cli import main
from buzzline.tables.columns import Column
from buzzline.tables.schema import TABLES
from buzzline.tables.study_file import StudyFile

STAGE_ORDER = (
    "tables", "space", "network", "agglomeration", "clusters", "linkages", "investment",
    "econometrics", "diagnosis", "survey", "simulation", "policy", "charts", "export",
    "report", "road", "cli", "analysis", "errors", "quantities", "estimates",
    "resampling", "envelopes", "agreement", "power", "randomness", "arrays", "progress",
    "kernels",
)  # fmt: skip


def reference_pages() -> dict[str, str]:
    """Return every generated page by its place below docs/."""
    pages = {
        "reference/schema.md": schema_page(),
        "reference/study-file.md": study_file_page(),
        "reference/analyses.md": analyses_page(),
        "reference/commands.md": commands_page(),
    }
    for package, modules in packages().items():
        pages[f"reference/api/{package}.md"] = package_page(package, modules)
    return pages


def packages() -> dict[str, list[ModuleType]]:
    """Return the modules of each stage, in the order of the road."""
    found: dict[str, list[ModuleType]] = {}
    for module in public_modules():
        found.setdefault(module.__name__.split(".")[1], []).append(module)
    order = {name: number for number, name in enumerate(STAGE_ORDER)}
    return dict(sorted(found.items(), key=lambda item: (order.get(item[0], 99), item[0])))


# The schema


def schema_page() -> str:
    """Every table and column buzzline understands."""
    out = [
        "# Tables and columns\n",
        "Every table and column buzzline understands. A study needs `organisations`; all "
        "else is optional. Columns in **bold** must be there. Your own names can be mapped to "
        "these in [study.toml](study-file.md).\n",
        ", ".join(f"[{table.name}](#{table.name})" for table in TABLES) + "\n",
    ]
    for table in TABLES:
        out += [f"## {table.name} {{ #{table.name} }}\n", f"{table.meaning}\n"]
        if table.key:
            key = " and ".join(f"`{name}`" for name in table.key)
            out.append(f"A row is identified by {key}.\n")
        out += ["| column | type | unit | meaning | allowed |", "|---|---|---|---|---|"]
        out += [_column_row(column) for column in table.columns]
        out.append("")
    return "\n".join(out)


def _column_row(column: Column) -> str:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    return (
        f"| {name} | {_type(column)} | {column.unit} | {column.meaning} | {_allowed(column)} |"
    )


def _type(column: Column) -> str:
    words = {
        "String": "text",
        "Float64": "number",
        "Int64": "whole number",
        "Boolean": "yes/no",
    }
    return words.get(str(column.dtype), str(column.dtype).lower())


def _allowed(column: Column) -> str:
    if column.values:
        return ", ".join(column.values)
    if column.refers_to:
        return f"a value of `{column.refers_to}`"
    low = f"from {column.low:g}" if column.low > float("-inf") else ""
    high = f"to {column.high:g}" if column.high < float("inf") else ""
    return " ".join(part for part in (low, high) if part)


# The study file


def study_file_page() -> str:
    """Every setting of study.toml."""
    schema = StudyFile.model_json_schema()
    parts = schema.get("$defs", {})
    out = [
        "# study.toml\n",
        "`buzzline init` writes this file from a look at your own tables. Everything you can "
        "set is below; what you leave out has the default.\n",
    ]
    for name, field in schema["properties"].items():
        out += [f"## [{name}]\n", f"{field.get('description', '')}\n"]
        for part in _parts(field):
            out += _settings(parts[part])
    return "\n".join(out)


def _parts(field: dict[str, Any]) -> list[str]:
    """Return the names of the definitions a field refers to, however deep."""
    found = []
    for key, value in field.items():
        if key == "$ref":
            found.append(str(value).rsplit("/", 1)[-1])
        elif isinstance(value, dict):
            found += _parts(value)
        elif isinstance(value, list):
            found += [name for item in value if isinstance(item, dict) for name in _parts(item)]
    return list(dict.fromkeys(found))


def _settings(part: dict[str, Any]) -> list[str]:
    said = inspect.cleandoc(part.get("description", "")).split("\n")[0]
    said = re.sub(r"^\[.*?\]: (\w)", lambda found: found[1].upper(), said)
    out = [f"{said}\n", "| setting | default | meaning |", "|---|---|---|"]
    for name, field in part.get("properties", {}).items():
        default = "must be given"
        if "default" in field:
            default = f"`{json.dumps(field['default'], ensure_ascii=False)}`"
        meaning = str(field.get("description", "")).replace("\n", " ").replace("|", "\\|")
        out.append(f"| `{name}` | {default} | {meaning} |")
    return [*out, ""]


# Analyses


def analyses_page() -> str:
    """Everything a person can run, with its question and its choices."""
    out = [
        "# Analyses\n",
        "Everything a person can run: the question it answers, the choices it leaves, with "
        "units and bounds. Commands and report sections are read off this list.\n",
        "| stage | analysis | question |",
        "|---|---|---|",
    ]
    listed = sorted(CATALOGUE.values(), key=lambda item: STAGE_ORDER.index(item.stage))
    out += [
        f"| {item.stage} | [`{item.name}`](#{item.name}) | {item.question} |" for item in listed
    ]
    out.append("")
    for item in listed:
        out += _analysis(item)
    return "\n".join(out)


def _analysis(item: Analysis) -> list[str]:
    page = item.function.__module__.split(".")[1]
    anchor = f"{item.function.__module__}.{item.name}".removeprefix("buzzline.")
    out = [
        f"## {item.name} {{ #{item.name} }}\n",
        f"*{item.question}*\n",
        f"{(inspect.getdoc(item.function) or '').splitlines()[0]} "
        f"[Full description](api/{page}.md#{anchor}).\n",
        "| choice | default | unit and bounds |",
        "|---|---|---|",
    ]
    for name, parameter in item.choices.items():
        bounds = item.quantities.get(name, "")
        out.append(f"| `{name}` | `{_shown(parameter.default)}` | {bounds} |")
    return [*out, ""]


def _shown(value: object) -> str:
    return getattr(value, "__name__", None) or repr(value).replace("|", "\\|")


# Commands


def commands_page() -> str:
    """`--help` of every command."""
    top = help_of()
    out = [
        "# Commands\n",
        "What `buzzline --help` prints, and the help of each command. Exit codes: 0 done, "
        "1 something is wrong with the input (the message says what and what to do), 2 the "
        "command was not understood, 130 interrupted.\n",
        f"```text\n{top}\n```\n",
    ]
    for name in commands():
        out += [f"## buzzline {name} {{ #{name} }}\n", f"```text\n{help_of(name)}\n```\n"]
    return "\n".join(out)


def commands() -> list[str]:
    """Return the names of all commands, as `buzzline --help` lists them."""
    listed, inside = [], False
    for line in help_of().splitlines():
        if "Commands" in line and "─" in line:
            inside = True
        elif inside and line.startswith("╰"):
            inside = False
        elif inside and line.startswith("│ ") and line[2] not in " -":
            listed.append(line[2:].split()[0])
    return listed


def help_of(*words: str) -> str:
    """Return what a command prints when asked for help."""
    said = io.StringIO()
    plain = mock.patch.dict(os.environ, COLUMNS="82", NO_COLOR="1", TERM="dumb")
    with plain, contextlib.redirect_stdout(said):
        code = main([*words, "--help"])
    assert code == 0, f"buzzline {' '.join(words)} --help ended with {code}"
    return said.getvalue().rstrip()


# The API


def package_page(package: str, modules: list[ModuleType]) -> str:
    """Everything public in one stage."""
    first = modules[0]
    out = [f"# {first.__name__}\n"]
    doors = [item for module in modules for item in names_of(module) if at_front_door(item)]
    if doors:
        links = ", ".join(f"[`{item.name}`](#{item.anchor})" for item in doors)
        out.append(f"From here, `import buzzline` brings {links}.\n")
    for module in modules:
        if module is not first:
            out.append(f"## {module.__name__.removeprefix('buzzline.')}\n")
        out.append(as_markdown(inspect.getdoc(module) or ""))
        for item in names_of(module):
            out += _entry(item)
    return "\n".join(out)


def at_front_door(item: PublicName) -> bool:
    """Tell whether `buzzline.<name>` is this very thing."""
    return getattr(buzzline, item.name, None) is item.value and item.name in buzzline.__all__


def _entry(item: PublicName) -> list[str]:
    value = getattr(item.value, "py_func", item.value)
    out = [f"### {item.name} {{ #{item.anchor} }}\n"]
    if inspect.isfunction(value):
        out.append(f"```python\n{signature(item.name, value)}\n```\n")
    out.append(as_markdown(inspect.getdoc(value) or ""))
    if inspect.isclass(value):
        for name, part in vars(value).items():
            out += _method(name, part)
    return out


def _method(name: str, part: Any) -> list[str]:
    function = part.fget if isinstance(part, property) else getattr(part, "__func__", part)
    if name.startswith("_") or not inspect.isfunction(function) or not function.__doc__:
        return []
    said = f"{name}" if isinstance(part, property) else signature(name, function)
    return [f"```python\n{said}\n```\n", as_markdown(inspect.getdoc(function) or "")]


def signature(name: str, function: Any) -> str:
    """Return `name(parameters) -> answer`, one parameter a line when it is long."""
    found = inspect.signature(inspect.unwrap(function))
    shown = [_parameter(parameter) for parameter in found.parameters.values()]
    star = next(
        (i for i, p in enumerate(found.parameters.values()) if p.kind is p.KEYWORD_ONLY), None
    )
    if star is not None and not any(text.startswith("*") for text in shown):
        shown.insert(star, "*")
    answer = found.return_annotation
    arrow = "" if answer is inspect.Signature.empty else f" -> {_annotation(answer)}"
    line = f"{name}({', '.join(shown)}){arrow}"
    if len(line) <= 88:
        return line
    inside = "".join(f"    {text},\n" for text in shown)
    return f"{name}(\n{inside}){arrow}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    kind = (
        ""
        if parameter.annotation is parameter.empty
        else f": {_annotation(parameter.annotation)}"
    )
    equals = " = " if kind else "="
    default = (
        "" if parameter.default is parameter.empty else f"{equals}{_shown(parameter.default)}"
    )
    return f"{stars}{parameter.name}{kind}{default}"


def _annotation(value: Any) -> str:
    return value if isinstance(value, str) else getattr(value, "__name__", str(value))
