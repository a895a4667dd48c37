"""What goes with what?"""

from buzzline.econometrics.inverted_u import TwoLines, UTest, two_lines, u_test

__all__ = [
    "TwoLines",
    "UTest",
    "two_lines",
    "u_test",
]
