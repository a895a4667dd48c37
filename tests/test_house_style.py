"""The house style a program can keep: sizes, names, records, randomness, nothing swallowed.

Every test lists all offences, each with file and line. CONTRIBUTING.md explains the rules.
"""

from __future__ import annotations

import ast
import re

from tests.source import dotted, functions, imports, modules, none

MAX_FILE = 400
MAX_FUNCTION = 40
MAX_KERNEL = 60  # one loop of a solver may be longer: split logic, not loops
MAX_POSITIONAL = 3
MAX_POSITIONAL_PRIVATE = 5
# Two points as four arrays have one natural order, and naming each would hide it.
TWO_POINTS = {"great_circle_km"}
# What the road leaves behind, in its order: study, profile, clustering, balance; and study,
# clustering and the two tests on it.
FOUR_RESULTS = {"report", "findings", "limits", "delineation"}
# What makes a step of a simulation, in the order in which a run has it.
A_STEP = {"advance", "rates_at"}
# A world while it runs: its arrays are changed in place by the rules, and copied by nobody.
MUTABLE = {"State"}
MAX_PARAMETERS = 8
MAX_METHODS = 10

FORBIDDEN_PREFIXES = ("calc_", "get_", "compute_", "process_", "do_", "handle_")
FORBIDDEN_FILES = {"utils", "util", "helpers", "helper", "misc", "common", "manager"}
GENERATORS = {"Generator", "BitGenerator", "SeedSequence", "Philox", "PCG64", "default_rng"}
ENVIRONMENT = {"BUZZLINE_THREADS", "BUZZLINE_CACHE"}


def test_files_are_short():
    none([
        module.at(module.tree, f"{module.lines} lines; split at {MAX_FILE} (one file a method)")
        for module in modules()
        if module.lines > MAX_FILE
    ])  # fmt: skip


def test_functions_are_short():
    offences = []
    for module in modules():
        limit = MAX_KERNEL if module.package == "kernels" else MAX_FUNCTION
        for function in functions(module):
            if (length := _length(function)) > limit:
                offences.append(
                    module.at(
                        function, f"`{function.name}` has {length} lines; {limit} is the limit"
                    )
                )
    none(offences)


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = function.body[0]
    said = first if ast.get_docstring(function) is not None else None
    docstring = said.end_lineno - said.lineno + 1 if said else 0
    return function.end_lineno - function.lineno + 1 - docstring


def test_functions_take_few_parameters():
    offences = []
    for module in modules():
        if module.package == "kernels":  # compiled functions take arrays by position
            continue
        for function in functions(module):
            positional = [*function.args.posonlyargs, *function.args.args]
            if positional and positional[0].arg in {"self", "cls"}:
                positional = positional[1:]
            # `progress` is how faces listen in, not a choice anybody makes; nor is a result
            # of another analysis, which is handed over where there is one.
            choices = [
                one
                for one in function.args.kwonlyargs
                if one.arg != "progress" and "NotMade" not in ast.unparse(one)
            ]
            total = len(positional) + len(choices)
            private = (
                function.name.startswith("_")
                or function.name in TWO_POINTS | FOUR_RESULTS | A_STEP
            )
            allowed = MAX_POSITIONAL_PRIVATE if private else MAX_POSITIONAL
            if len(positional) > allowed or total > MAX_PARAMETERS:
                offences.append(
                    module.at(
                        function,
                        f"`{function.name}` takes {len(positional)} positional parameters and "
                        f"{total} in all; {allowed} and {MAX_PARAMETERS} are the limits",
                    )
                )
    none(offences)


def test_classes_have_few_public_methods():
    none([
        module.at(node, f"`{node.name}` has more than {MAX_METHODS} public methods")
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and sum(
            isinstance(part, ast.FunctionDef) and not part.name.startswith("_")
            for part in node.body
        ) > MAX_METHODS
    ])  # fmt: skip


def test_names_say_what_a_thing_is():
    offences = [
        module.at(module.tree, "name the file after what it holds")
        for module in modules()
        if module.path.stem.strip("_") in FORBIDDEN_FILES
    ]
    for module in modules():
        for function in functions(module):
            if function.name.lstrip("_").startswith(FORBIDDEN_PREFIXES):
                offences.append(
                    module.at(function, f"`{function.name}`: a noun, or another verb")
                )
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and (
                node.name.endswith(("Result", "Data", "Info")) or node.name.startswith("Base")
            ):
                offences.append(module.at(node, f"`{node.name}`: a noun of the science"))
    none(offences)


def test_records_are_frozen_and_slotted():
    offences = []
    for module in modules():
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.ClassDef) or node.name in MUTABLE:
                continue
            for decorator in node.decorator_list:
                said = ast.unparse(decorator)
                if said.startswith("dataclass") and not (
                    "frozen=True" in said and "slots=True" in said
                ):
                    offences.append(
                        module.at(
                            node, f"`{node.name}`: @dataclass(frozen=True, slots=True, ...)"
                        )
                    )
    none(offences)


def test_no_global_randomness():
    offences = []
    for module in modules():
        for item in imports(module):
            if item.top == "random" or item.target == "numpy.random":
                offences.append(module.at(item.node, "draw from the generator given as `rng`"))
        for node in ast.walk(module.tree):
            name = dotted(node)
            parts = name.split(".")
            of_numpy = len(parts) == 3 and parts[:2] in (["np", "random"], ["numpy", "random"])
            if of_numpy and parts[2] not in GENERATORS:
                offences.append(module.at(node, f"`{name}` is global; draw from `rng`"))
            if (
                isinstance(node, ast.Call)
                and dotted(node.func).endswith("random.default_rng")
                and not node.args
            ):
                offences.append(module.at(node, "an unseeded generator cannot be reproduced"))
    none(offences)


def test_no_environment_variables_but_two():
    none([
        module.at(node, f"`{node.value}` is read from the environment; use a parameter")
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"BUZZLINE_[A-Z_]+", node.value)
        and node.value not in ENVIRONMENT
    ])  # fmt: skip


def test_nothing_is_swallowed():
    offences = []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ExceptHandler):
                broad = node.type is None or ast.unparse(node.type) in {
                    "Exception",
                    "BaseException",
                }
                if broad and all(
                    isinstance(part, ast.Pass | ast.Continue) for part in node.body
                ):
                    offences.append(module.at(node, "an error is swallowed here"))
            if isinstance(node, ast.Call) and dotted(node.func) in {"warnings.warn", "warn"}:
                offences.append(module.at(node, "put it in a field of the answer instead"))
    none(offences)


def test_importing_buzzline_compiles_nothing_and_draws_nothing():
    offences = []
    for module in modules():
        for node in module.tree.body:
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                offences.append(
                    module.at(node, f"`{ast.unparse(node.value)[:50]}` runs at import")
                )
            if isinstance(node, ast.For | ast.While | ast.With):
                offences.append(module.at(node, "a loop at import; make it a function"))
    none(offences)
