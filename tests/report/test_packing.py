import base64
import gzip

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from buzzline.report.packing import compressed, morton_order, packed, quantised

INTEGERS = st.lists(st.integers(-(2**30), 2**30), max_size=50)


def unpacked(columns, text: str) -> dict[str, list[int]]:
    """Brute force: undo the packing a byte at a time, as the browser does."""
    content = gzip.decompress(base64.b64decode(text))
    out, at = {}, 0
    for column in columns:
        n, planes = column["n"], 1 if column["coding"] == "bytes" else 4
        part = content[at : at + planes * n]
        codes = [
            sum(part[plane * n + i] << (8 * plane) for plane in range(planes)) for i in range(n)
        ]
        at += planes * n
        if column["coding"] != "bytes":
            codes = [(code >> 1) ^ -(code & 1) for code in codes]
        if column["coding"] == "differences":
            codes = [sum(codes[: i + 1]) for i in range(n)]
        out[column["name"]] = codes
    assert at == len(content)
    return out


@given(INTEGERS, INTEGERS)
def test_unpacks_to_what_was_packed_brute_force(first, second):
    kept = packed({
        "a": ("differences", np.array(first, dtype=np.int64) // 2),
        "b": ("integers", np.array(second, dtype=np.int64)),
        "c": ("bytes", np.arange(5)),
    })  # fmt: skip
    found = unpacked(kept.columns, kept.text)
    assert found == {"a": [value // 2 for value in first], "b": second, "c": [0, 1, 2, 3, 4]}


def test_equal_content_gives_equal_text_by_hand():
    assert compressed(b"Prato") == compressed(b"Prato")
    assert gzip.decompress(base64.b64decode(compressed(b"Prato"))) == b"Prato"
    assert base64.b64decode(compressed(b"Prato"))[4:8] == b"\0\0\0\0", "a time in the header"


def test_quanta_are_about_ten_metres_by_hand():
    assert quantised(np.array([11.09661, -180.0]), -180).tolist() == [1910966, 0]


def test_the_curve_visits_quarters_one_after_the_other_by_hand():
    """Z order of a 4 by 4 square: all four points of a quarter before the next quarter."""
    y, x = np.divmod(np.arange(16), 4)
    order = morton_order(x, y)
    quarters = (x // 2 + 2 * (y // 2))[order]
    assert quarters.tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4
