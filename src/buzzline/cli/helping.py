"""Help texts: docstrings as paragraphs, and examples."""

from __future__ import annotations

import re
from collections.abc import Sequence


def unwrapped(docstring: str) -> str:
    r"""Return the text of a docstring, one line a paragraph, so that any screen can wrap it.

    Parameters
    ----------
    docstring : str
        Without indentation; what comes after the first section heading is left out.

    Examples
    --------
    >>> unwrapped("Look.\n\nAt your\ntables.\n\nParameters\n----------\nx : int")
    'Look.\n\nAt your tables.'
    """
    text = re.split(r"^\w+\n-{3,}$", docstring, maxsplit=1, flags=re.MULTILINE)[0]
    paragraphs = (" ".join(part.split()) for part in text.split("\n\n"))
    return "\n\n".join(filter(None, paragraphs))


def example_lines(command: str, examples: Sequence[str]) -> str:
    """Return examples as they are typed.

    Examples
    --------
    >>> print(example_lines("demo", ["--out demo"]))
    Example:
    <BLANKLINE>
      buzzline demo --out demo
    """
    head = "Example:" if len(examples) == 1 else "Examples:"
    lines = [f"  buzzline {command} {words}".rstrip() for words in examples]
    return "\n".join([head, "", *lines])
