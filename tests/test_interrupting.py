"""Which process is the program, and who has Ctrl-C after it was loaded."""

import signal

import pytest

from buzzline import interrupting


@pytest.mark.parametrize(
    ("words", "typed", "expected"),
    [
        (["bin/buzzline", "run", "x"], ["python", "bin/buzzline", "run", "x"], True),
        (["buzzline.exe"], ["buzzline.exe"], True),
        (["-m", "schema"], ["python", "-m", "buzzline", "schema"], True),
        (["-m", "-q"], ["python", "-m", "pytest", "-q"], False),
        (["study.py", "buzzline"], ["python", "study.py", "buzzline"], False),
        ([""], ["python"], False),
        ([], [], False),
    ],
)
def test_by_hand_only_the_program_ends_cleanly_while_it_is_loaded(words, typed, expected):
    assert interrupting.is_program(words, typed) is expected


def test_invariant_a_handler_of_somebody_else_stays():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        interrupting.hand_over()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
