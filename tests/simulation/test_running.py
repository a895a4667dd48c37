"""Many runs: the same numbers with one worker or two, interrupted or not; memory stays flat."""

import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument, MissingPackage, TooFew, UnwritableOutput
from buzzline.simulation import running, shards
from buzzline.simulation.changes import Change
from buzzline.simulation.histories import over_runs, paired, recorded_steps
from buzzline.simulation.pools import spread_out
from buzzline.simulation.running import Case, Work, histories, many, sweep
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.starting import world_of_settings

SMALL = {"steps": 6, "runs": 25, "rng": 3}


@pytest.fixture(scope="module")
def world():
    return world_of_settings(3, 6, settings=MINIMAL, focal=(0,), rng=1)


@pytest.fixture(scope="module")
def ran(world):
    return histories(world, **SMALL)


def test_collapse_two_workers_give_the_bytes_of_one(world, ran, tmp_path):
    spread = histories(world, **SMALL, work=Work(workers=2, folder=str(tmp_path)))
    assert spread.frame.equals(ran.frame, null_equal=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert len(written) == 2  # 20 runs and 5
    other = tmp_path / "again"
    histories(world, **SMALL, work=Work(folder=str(other)))
    assert written == {path.name: path.read_bytes() for path in other.iterdir()}


def test_collapse_an_interrupted_simulation_goes_on_where_it_stopped(
    world, ran, tmp_path, monkeypatch
):
    work = Work(folder=str(tmp_path))
    whole = running.work_on
    done = []

    def stopped(piece):
        if done:
            raise KeyboardInterrupt
        done.append(piece)
        return whole(piece)

    monkeypatch.setattr(running, "work_on", stopped)
    with pytest.raises(KeyboardInterrupt):
        histories(world, **SMALL, work=work)
    (kept,) = tmp_path.iterdir()
    before = kept.stat().st_mtime_ns
    monkeypatch.setattr(running, "work_on", whole)
    again = histories(world, **SMALL, work=work)
    assert kept.stat().st_mtime_ns == before
    assert again.frame.equals(ran.frame, null_equal=True)


def test_special_case_a_full_disk_is_said_and_nothing_is_lost(world, tmp_path, monkeypatch):
    work = Work(folder=str(tmp_path))
    histories(world, steps=6, runs=20, rng=3, work=work)
    (kept,) = tmp_path.iterdir()
    before = kept.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.DataFrame, "write_parquet", full)
    with pytest.raises(UnwritableOutput, match="No space left on device.*unchanged"):
        histories(world, **SMALL, work=work)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def _one_bit_else(written: bytes, other: bytes) -> bytes:
    third = len(written) // 3
    return written[:third] + bytes([written[third] ^ 1]) + written[third + 1 :]


def _without_a_part(written: bytes, other: bytes) -> bytes:
    return written[:100] + bytes(100) + written[200:]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda written, other: b"half of a fi",
        lambda written, other: b"",
        lambda written, other: written[: len(written) // 2],
        lambda written, other: other,  # the shard of other runs, under this name
        _one_bit_else,
        _without_a_part,
    ],
)
def test_special_case_a_damaged_shard_is_run_again(world, ran, tmp_path, damaged):
    work = Work(folder=str(tmp_path))
    histories(world, **SMALL, work=work)
    first, second = sorted(tmp_path.iterdir())
    whole = first.read_bytes()
    first.write_bytes(damaged(whole, second.read_bytes()))
    assert not shards.is_whole(first)
    assert histories(world, **SMALL, work=work).frame.equals(ran.frame, null_equal=True)
    assert first.read_bytes() == whole
    pl.DataFrame({"a": [1]}).write_parquet(first)  # not one of ours
    assert histories(world, **SMALL, work=work).frame.equals(ran.frame, null_equal=True)


def test_invariant_a_shard_is_named_by_all_its_numbers_depend_on(world, tmp_path):
    work = Work(folder=str(tmp_path))
    other = world_of_settings(3, 6, settings=MINIMAL, rng=2)
    small = {"steps": 2, "runs": 1}
    histories(world, **small, rng=1, work=work)
    histories(world, **small, rng=2, work=work)
    histories(other, **small, rng=1, work=work)
    histories(world, settings=MINIMAL.with_values(forgetting=0.1), **small, rng=1, work=work)
    histories(world, changes=[Change("forgetting", by=0.0)], **small, rng=1, work=work)
    assert len(list(tmp_path.iterdir())) == 5
    histories(world, **small, rng=1, work=work)
    assert len(list(tmp_path.iterdir())) == 5


def test_invariant_more_runs_later_keep_the_first(world, ran):
    fewer = histories(world, steps=6, runs=4, rng=3)
    assert np.array_equal(fewer.at("knowledge"), ran.at("knowledge")[:4])


def test_collapse_a_change_by_nothing_changes_no_bit(world, ran):
    same = histories(world, changes=[Change("forgetting", by=0.0)], **SMALL)
    difference = paired(ran, same, "knowledge")
    assert not difference.any()
    more = histories(world, changes=[Change("forgetting", by=0.1)], **SMALL)
    assert (paired(ran, more, "knowledge")[:, -1, -1] < 0).all()


def test_by_hand_cases_share_their_luck(world):
    points = [MINIMAL, MINIMAL.with_values(learning_rate=0.2), MINIMAL]
    found = sweep(world, points, steps=3, runs=2, rng=1)
    first, more, again = (found.at("knowledge", case=case) for case in range(3))
    assert np.array_equal(first, again)
    assert (more != first).all()
    assert found.frame["case"].unique().to_list() == [0, 1, 2]
    named = many(world, [Case(name="as it is")], steps=1, runs=1, rng=1)
    assert named.cases == ("as it is",)


def test_by_hand_the_table_says_mean_interval_and_range(ran):
    rows = ran.table(["n_organisations", "gini"], level=0.9)
    last = rows.filter(quantity="n_organisations", step=6, place=-1).row(0, named=True)
    assert (last["value"], last["low"], last["high"], last["n"]) == (18, 18, 18, 25)
    gini = rows.filter(quantity="gini", step=6, place=1).row(0, named=True)
    assert gini["run_low"] <= gini["low"] < gini["value"] < gini["high"] <= gini["run_high"]
    found = over_runs(np.array([[1.0], [2.0], [3.0], [np.nan]]), 0.95)
    assert found["value"] == 2
    assert found["n"] == 3
    assert found["low"] == pytest.approx(2 - 4.3027 * np.sqrt(1 / 3), abs=1e-3)  # t, 2 d.f.


def test_collapse_files_and_memory_hold_the_same(world, ran, monkeypatch):
    monkeypatch.setattr(running, "MOST_IN_MEMORY", 1000)
    spilt = histories(world, **SMALL)
    assert all(isinstance(part, Path) for _, part in spilt.parts)
    assert spilt.frame.equals(ran.frame, null_equal=True)
    folder = Path(spilt.room.name)
    assert folder.exists()
    spilt.room.cleanup()
    assert not folder.exists()


def test_special_case_progress_tells_runs(world):
    told = []
    histories(
        world,
        steps=1,
        runs=21,
        rng=1,
        progress=lambda what, done, all_: told.append((done, all_)),
    )
    assert told == [(0, 21), (20, 21), (21, 21)]


def test_special_case_impossible_requests_are_refused(world, ran):
    for wrong in (
        {"runs": 0},
        {"steps": 0},
        {"work": Work(workers=0)},
        {"work": Work(every=0)},
    ):
        with pytest.raises(InvalidArgument, match="must be 1 or more, got 0"):
            histories(world, **wrong)
    with pytest.raises(InvalidArgument, match="there is no quantity 'welfare'"):
        ran.at("welfare")
    with pytest.raises(InvalidArgument, match="step 5 was not recorded"):
        ran.at("knowledge", step=5)
    with pytest.raises(InvalidArgument, match="`learning_rate` must lie between 0 and 1"):
        histories(world, settings=Settings({"learning_rate": 2}))
    with pytest.raises(InvalidArgument, match="runs differ in `runs`"):
        paired(ran, histories(world, steps=6, runs=2, rng=3), "knowledge")


def test_special_case_one_organisation_alone_can_be_run():
    alone = world_of_settings(1, 1, settings=MINIMAL, rng=1)
    found = histories(alone, steps=8, runs=2, rng=1)
    assert found.at("n_organisations").tolist() == [1, 1]
    assert np.isfinite(found.at("knowledge")).all()
    assert np.isnan(found.at("gini")).all()


def test_special_case_no_organisation_is_too_few(world):
    from dataclasses import replace

    empty = replace(world, place=np.zeros(0, np.int32))
    with pytest.raises(TooFew, match="no organisation"):
        histories(empty)


def test_special_case_without_distributed_the_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingPackage, match=r"buzzline\[dask\]"):
        list(spread_out(abs, [1, 2], workers=2, pool="dask"))


def test_collapse_a_cluster_of_dask_gives_what_one_process_does(world, ran):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster),
    ):
        found = histories(world, **SMALL, work=Work(workers=2, pool="dask"))
    assert found.frame.equals(ran.frame, null_equal=True)


def test_by_hand_recorded_steps():
    assert recorded_steps(8, 4) == (0, 4, 8)
    assert recorded_steps(3, 4) == (0, 3)


def test_invariant_digests_differ_where_arrays_do():
    one = {"a": np.arange(3), "b": (1, 2.0)}
    assert shards.digest_of(one) == shards.digest_of({"b": (1, 2.0), "a": np.arange(3)})
    for other in ({"a": np.arange(3.0), "b": (1, 2.0)}, {"a": np.arange(3), "b": (1, 3.0)}):
        assert shards.digest_of(one) != shards.digest_of(other)


def test_by_hand_large_worlds_are_run_one_a_shard():
    assert running._blocks(45, 6 * 18) == [range(20), range(20, 40), range(40, 45)]
    assert running._blocks(3, 200_000) == [range(2), range(2, 3)]
    assert running._blocks(2, 10**8) == [range(1), range(1, 2)]
