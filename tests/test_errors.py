import pickle

from buzzline.errors import BuzzlineError, InvalidTables, MissingPackage, Problem


def problem(**changes):
    given = {
        "table": "linkages", "column": "target", "what": "names an unknown organisation",
        "n": 31, "rows": (7, 9), "examples": ("F-0931",), "remedy": "Add it.",
    }  # fmt: skip
    return Problem(**(given | changes))


def test_a_problem_says_where_what_how_often_and_the_remedy():
    assert str(problem()) == (
        "linkages: `target` names an unknown organisation (31 rows; row 7, 9; e.g. 'F-0931'). Add it."
    )


def test_all_problems_are_listed_and_kept():
    error = InvalidTables([problem(), problem(column="", n=0, rows=(), examples=())])
    assert str(error).startswith("2 problems in the tables:")
    assert len(error.problems) == 2
    assert isinstance(error, BuzzlineError)
    assert isinstance(error, ValueError)


def test_a_missing_package_names_the_extra():
    assert "buzzline[geo]" in str(MissingPackage("pyogrio", "geo", "Writing GeoPackage"))


def test_problems_survive_the_way_from_one_process_to_another():
    error = pickle.loads(pickle.dumps(InvalidTables([problem()])))
    assert error.problems == (problem(),)
    assert str(error) == str(InvalidTables([problem()]))
