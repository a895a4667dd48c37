"""How commands end: exit codes, interrupts, a full disk, a closed pipe, a mistake of ours."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.cli.conftest import contents, started

from buzzline.cli import leaving, starting
from buzzline.errors import TooFew


def wait_for(happened, process, seconds=60):
    """Wait until something has happened, and fail when the process ends before."""
    until = time.monotonic() + seconds
    while not happened():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_interrupted_run_keeps_finished_parts_and_goes_on_to_the_same_bytes(
    tiny, finished, tmp_path
):
    out = tmp_path / "out"
    process = started("run", tiny, "--out", out)
    wait_for(lambda: any(out.glob(".parts/candidate-clusters/*/record.json")), process)
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=30)
    assert process.returncode == leaving.INTERRUPTED, err
    assert "Traceback" not in err
    assert "candidate clusters" in err.splitlines()[-1]
    assert "goes on from there" in err
    assert said == ""
    assert not (out / "manifest.json").exists()

    again = started("run", tiny, "--out", out)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert "candidate clusters, kept from an earlier run" in err
    assert contents(out) == contents(finished)


def test_interrupt_in_the_middle_of_compiled_loops_is_prompt(tiny, tmp_path):
    process = started("run", tiny, "--out", tmp_path / "out", "--draws", 300_000)
    wait_for(
        lambda: any((tmp_path / "out").glob(".parts/scale-profile/*/record.json")), process
    )
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    _, err = process.communicate(timeout=30)
    # two seconds are promised; as much again for a machine with other work to do
    assert time.monotonic() - asked < 4
    assert process.returncode == leaving.INTERRUPTED, err
    assert "Interrupted" in err
    assert "Traceback" not in err


SLEEPER = """
import sys, time
from buzzline.cli.leaving import interruptible
with interruptible(lambda: "last words"):
    print("ready", flush=True)
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            pass  # work that does not listen
"""


def test_work_that_does_not_listen_is_ended_all_the_same():
    process = subprocess.Popen(
        [sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    asked = time.monotonic()
    _, err = process.communicate(timeout=20)
    assert time.monotonic() - asked < 2 * leaving.GRACE_SECONDS + 1
    assert process.returncode == leaving.INTERRUPTED
    assert err.splitlines()[-1] == "last words"


LOADING = """
import os, signal, sys
class Ask:
    def find_spec(self, name, path=None, target=None):
        if name == "polars":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Ask())
sys.argv = [{program!r}, "schema"]
from buzzline.cli import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    ("program", "code", "has_traceback"),
    [("/usr/bin/buzzline", leaving.INTERRUPTED, False), ("study.py", -signal.SIGINT, True)],
)
def test_by_hand_ctrl_c_while_the_program_is_loaded(program, code, has_traceback):
    """A script that uses the library keeps its own way to end."""
    done = subprocess.run(
        [sys.executable, "-c", LOADING.format(program=program)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (code, "")
    assert ("Traceback" in done.stderr) is has_traceback
    assert (done.stderr == "Interrupted. Nothing was written.\n") is not has_traceback


def test_by_hand_ctrl_c_soon_after_the_start_of_the_module():
    process = started("schema")
    time.sleep(0.6)
    process.send_signal(signal.SIGINT)
    said, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    assert process.returncode in (leaving.INTERRUPTED, leaving.DONE), (said, err)


@pytest.mark.parametrize("kilobytes", [1, 20, 400])
def test_disk_full_leaves_nothing_half_written(tiny, tmp_path, finished, kilobytes):
    """A limit on the size of files stands for a full disk: writing fails part of the way."""
    out = tmp_path / "out"
    limit = kilobytes * 1024
    process = started(
        "run", tiny, "--out", out,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )  # fmt: skip
    _, err = process.communicate(timeout=120)
    assert process.returncode == leaving.FAILED, err
    assert "Traceback" not in err
    assert "cannot be written" in err
    whole = contents(finished)
    for name, content in contents(out).items():
        assert content == whole[name], f"{name} is not what a whole run writes"


def test_no_permission_is_said(tiny, tmp_path, buzzline):
    (tmp_path / "file").write_text("")
    done = buzzline("run", tiny, "--out", tmp_path / "file" / "out", "--quiet")
    assert done.code == leaving.FAILED
    assert "cannot be written" in done.err
    assert "--out" in done.err


def test_closed_pipe_is_no_error(tiny):
    command = f"{sys.executable} -m buzzline schema --json | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "{\n"


def test_a_mistake_of_ours_ends_in_one_line_and_a_log(buzzline, monkeypatch, tmp_path):
    def broken():
        raise ZeroDivisionError("somewhere deep")

    monkeypatch.setattr(starting, "application", lambda: lambda _: broken())
    monkeypatch.setattr(leaving.tempfile, "tempdir", str(tmp_path))
    done = buzzline("schema")
    assert done.code == leaving.FAILED
    assert len(done.err.splitlines()) == 1
    assert "ZeroDivisionError: somewhere deep" in done.err
    log = next(Path(tmp_path).glob("buzzline-error-*.log"))
    assert str(log) in done.err
    assert "Traceback" in log.read_text()


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        (TooFew("too few organisations"), leaving.FAILED, "Error: too few organisations"),
        (MemoryError(), leaving.FAILED, "not enough memory"),
        (KeyboardInterrupt(), leaving.INTERRUPTED, "Nothing was written"),
        (SystemExit(2), leaving.MISUSED, ""),
    ],
)
def test_every_way_to_end_has_its_code(buzzline, monkeypatch, raised, code, said):
    def end(_):
        raise raised

    monkeypatch.setattr(starting, "application", lambda: end)
    done = buzzline("schema")
    assert done.code == code
    assert said in done.err
    assert done.out == ""


@pytest.mark.parametrize("words", [("nonsense",), ("run",), ("run", "x", "--colour", "red"),
                                   ("run", "x", "--draws", "many")])  # fmt: skip
def test_misuse_has_code_two_and_no_traceback(buzzline, words):
    done = buzzline(*words)
    assert done.code == leaving.MISUSED
    assert "Traceback" not in done.err
    assert done.out == ""
