"""Spec: pictures, files, errors."""

import json
from pathlib import Path

import pytest
from tests.results import clustering, quality

from buzzline.charts import Spec, chart
from buzzline.charts.spec import finite
from buzzline.errors import InvalidArgument, UnwritableOutput


def test_by_hand_saves_specification_vector_and_pixels(tmp_path):
    spec = chart(clustering())
    for ending, start in ((".json", b"{\n"), (".svg", b"<svg "), (".png", b"\x89PNG")):
        saved = spec.save(tmp_path / "deep" / f"chart{ending}")
        assert saved.read_bytes().startswith(start)
    assert json.loads((tmp_path / "deep/chart.json").read_text("utf-8")) == spec.spec


def test_by_hand_another_ending_is_refused(tmp_path):
    with pytest.raises(InvalidArgument, match=r"\.json, \.svg or \.png, not '\.gif'"):
        chart(quality()).save(tmp_path / "chart.gif")


def test_special_case_a_full_disk_leaves_nothing(tmp_path, monkeypatch):
    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(UnwritableOutput, match=r"chart\.svg: cannot be written \(No space"):
        chart(quality()).save(tmp_path / "chart.svg")
    assert list(tmp_path.iterdir()) == []


def test_invariant_png_grows_with_its_scale():
    spec = chart(quality())
    sizes = [int.from_bytes(spec.png(scale)[16:20], "big") for scale in (1, 2)]
    assert sizes[1] == pytest.approx(2 * sizes[0], abs=2)


def test_by_hand_the_picture_carries_its_alternative_text():
    spec = Spec({"mark": "bar", "data": {"values": [{}]}}, "T", 'fewer than "ten" & more')
    assert 'role="img" aria-label=\'fewer than "ten" &amp; more\'' in spec.svg()


def test_special_case_ids_do_not_depend_on_pictures_drawn_before():
    clipped = {"mark": {"type": "bar", "clip": True}, "data": {"values": [{"a": 1}]},
               "encoding": {"x": {"field": "a", "type": "quantitative"}}}  # fmt: skip
    first = Spec(clipped, "T", "a").svg()
    assert 'id="part-1"' in first
    assert "url(#part-1)" in first
    assert first == Spec(clipped, "T", "a").svg()


def test_by_hand_notebooks_get_the_picture():
    bundle = chart(quality())._repr_mimebundle_()
    assert bundle["image/svg+xml"].startswith("<svg")
    assert bundle["text/plain"].startswith("Rows kept and set aside")


def test_by_hand_what_is_not_finite_becomes_null():
    assert finite({"a": [float("nan"), 1.0, True, "x", None]}) == {
        "a": [None, 1.0, True, "x", None]
    }
