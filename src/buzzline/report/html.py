"""Html: a finished page."""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from buzzline.tables.writing import atomically


@dataclass(frozen=True, slots=True, eq=False)
class Html:
    """A page that needs nothing but itself.

    Attributes
    ----------
    text : str
        The whole document.
    title : str

    Examples
    --------
    >>> Html("<!doctype html><title>Prato</title>", "Prato")
    Html 'Prato', 35 bytes
    """

    text: str
    title: str

    def save(self, path: Path | str) -> Path:
        """Write the page, whole or not at all, and return where it is.

        Raises
        ------
        UnwritableOutput
            No room, no permission, not a folder; what stood there is left as it was.
        """
        target = Path(path)
        with atomically(target) as unfinished:
            unfinished.write_bytes(self.text.encode())
        return target

    def _repr_html_(self) -> str:
        return (
            f'<iframe title="{html.escape(self.title)}" srcdoc="{html.escape(self.text)}" '
            'sandbox="allow-scripts allow-downloads" style="width:100%;height:720px;border:0">'
            "</iframe>"
        )

    def __repr__(self) -> str:
        return f"Html {self.title!r}, {len(self.text.encode()):,} bytes"
