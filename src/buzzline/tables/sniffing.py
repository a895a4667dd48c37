"""How is a text file laid out? Its encoding, separator, header and stray quotation marks.

A file is surveyed once, in pieces, whatever its size; then polars reads it. Files that polars
cannot read as they stand (other encodings, compressed, lines ended as on old Macs) are first
copied to plain UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from buzzline.errors import MissingFile, UnreadableFile

PIECE = 8 * 2**20  # bytes read at a time
HEAD = 2**18  # bytes from which separator and header are told
SEPARATORS = (";", "\t", "|", ",")
SEPARATOR_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
ABOVE_HEADER = 10  # lines such as a title that may stand above the header
NOT_TEXT = {
    b"PK\x03\x04": "an Excel workbook or another zip archive; its name should end in .xlsx",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; its name should end in .xls",
    b"PAR1": "a Parquet file; its name should end in .parquet",
    b"SQLite format 3": "a SQLite database; its name should end in .sqlite or .gpkg",
    b"%PDF": "a PDF; export the table as CSV or Excel",
    b"<!DOCTYPE": "a web page; download the table itself",
    b"<html": "a web page; download the table itself",
    b"\x1f\x8b": "a compressed file; its name should end in .gz",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How a text file is laid out.

    Attributes
    ----------
    encoding : str
        "utf-8", "utf-8-sig", "utf-16" or what was told or assumed.
    assumed : bool
        True when nothing in the file proves the encoding.
    separator : str
    skipped : int
        Lines above the header.
    header : tuple[str, ...]
        Names of the columns as written, made unique.
    header_lines : int
        Lines the header takes up; more than one when a name contains a line break.
    lines : int
        Lines of the whole file, the last one also when it is not ended.
    plain : bool
        True when polars can scan the file as it stands.
    """

    encoding: str
    assumed: bool
    separator: str
    skipped: int
    header: tuple[str, ...]
    header_lines: int
    lines: int
    plain: bool

    def __str__(self) -> str:
        name = SEPARATOR_NAMES.get(self.separator, repr(self.separator))
        said = f"{self.encoding.removesuffix('-sig').upper()}, columns separated by {name}"
        return f"{said}, {self.skipped} line(s) above the header" if self.skipped else said


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look at every byte of a file tells."""

    head: bytes
    is_utf8: bool
    line_feeds: int
    returns: int
    ends_open: bool

    @property
    def lines(self) -> int:
        """Lines, the last one also when it is not ended."""
        return (self.line_feeds or self.returns) + self.ends_open


def sniff(path: Path, *, encoding: str = "", separator: str = "") -> Layout:
    r"""Look at a text file and tell how it is laid out.

    Parameters
    ----------
    path : Path
        A text file; its name ends in .gz when it is compressed.
    encoding, separator : str
        What is known already; empty means look.

    Raises
    ------
    MissingFile
        There is no such file.
    UnreadableFile
        The file is empty, is no text, or the encoding told does not exist.

    Examples
    --------
    >>> file = Path(tempfile.mkdtemp()) / "firms.csv"
    >>> _ = file.write_bytes("Name;Länge\nMüller;9,1\n".encode("cp1252"))
    >>> print(sniff(file))
    CP1252, columns separated by semicolon
    """
    look = survey(path)
    _must_be_text(path, look.head)
    known, assumed = _encoding(path, look, encoding)
    text = _decoded(look.head, known)
    told = _told_separator(text)
    mark = separator or told or _separator(text)
    skipped = 1 if told else _above_header(text, mark)
    names, header_lines = _header(text, mark, skipped)
    plain = (
        known in ("utf-8", "utf-8-sig", "ascii")
        and look.is_utf8
        and path.suffix != ".gz"
        and not (look.returns and not look.line_feeds)
    )
    return Layout(
        known, assumed, mark, skipped, _unique(names), header_lines, look.lines, plain
    )  # fmt: skip


def survey(path: Path) -> Survey:
    """Read a file once, in pieces, and tell what matters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head, line_feeds, returns, is_utf8, last = b"", 0, 0, True, b""
    with opened(path) as file:
        while piece := _piece(path, file):
            head = head or piece[:HEAD]
            line_feeds += piece.count(b"\n")
            returns += piece.count(b"\r")
            is_utf8 = is_utf8 and _decodes(decoder, piece)
            last = piece[-1:]
    is_utf8 = is_utf8 and not decoder.getstate()[0]
    return Survey(head, is_utf8, line_feeds, returns, last not in (b"\n", b"\r", b""))


@contextmanager
def as_plain_text(path: Path, layout: Layout) -> Iterator[Path]:
    """Yield a file in UTF-8 with ordinary line ends: the file itself, or a copy for the while.

    Raises
    ------
    UnreadableFile
        Some bytes are not in the encoding of the layout; the message names the first line.
    """
    if layout.plain:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="buzzline-") as folder:
        copy = Path(folder) / "table.csv"
        with (
            opened(path) as raw,
            io.TextIOWrapper(raw, encoding=layout.encoding, newline=None) as text,
            copy.open("w", encoding="utf-8", newline="\n") as out,
        ):
            lines = 1
            try:
                while piece := text.read(PIECE):
                    out.write(piece)
                    lines += piece.count("\n")
            except UnicodeError as error:
                raise not_in_encoding(path, layout.encoding, lines) from error
            except (EOFError, gzip.BadGzipFile) as error:
                raise broken_archive(path, error) from error
        yield copy


def not_in_encoding(path: Path, encoding: str, line: int) -> UnreadableFile:
    """Return the error for a file that is not written in the encoding it should be in."""
    return UnreadableFile(
        f"{path.name}: some letters at or after line {line:,} are not {encoding}. Save the "
        'file again as "CSV UTF-8", or set `encoding` for this table in study.toml (western '
        'Europe: "cp1252", central Europe: "cp1250", Cyrillic: "cp1251", DOS: "cp850").'
    )


def broken_archive(path: Path, error: Exception) -> UnreadableFile:
    """Return the error for a .gz file that is damaged."""
    return UnreadableFile(
        f"{path.name}: cannot be decompressed ({error}). Download or compress it again."
    )


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, decompressed when its name ends in .gz."""
    try:
        if path.suffix == ".gz":
            return cast(IO[bytes], gzip.open(path, "rb"))
        return path.open("rb")
    except FileNotFoundError as error:
        raise MissingFile(f"{path}: there is no such file. Check name and folder.") from error
    except OSError as error:
        raise UnreadableFile(
            f"{path}: cannot be opened ({error.strerror}). Close it in other programs and "
            "check that you may read it."
        ) from error


def _piece(path: Path, file: IO[bytes]) -> bytes:
    try:
        return file.read(PIECE)
    except (EOFError, gzip.BadGzipFile) as error:
        raise broken_archive(path, error) from error


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes) -> bool:
    try:
        decoder.decode(piece)
    except UnicodeDecodeError:
        return False
    return True


def _must_be_text(path: Path, head: bytes) -> None:
    if not head.strip():
        raise UnreadableFile(f"{path.name}: the file is empty. Export the table again.")
    for start, what in NOT_TEXT.items():
        if head.lstrip()[: len(start)].lower() == start.lower():
            raise UnreadableFile(f"{path.name}: this is no table of text but {what}.")


def _encoding(path: Path, look: Survey, told: str) -> tuple[str, bool]:
    """Return the encoding, and whether it is only an assumption."""
    if told:
        try:
            return codecs.lookup(told).name, False
        except LookupError as error:
            raise UnreadableFile(
                f"{path.name}: there is no encoding called {told!r}. Usual ones are utf-8, "
                "utf-16, cp1252 (western Europe), cp1250 (central Europe), cp850 (DOS)."
            ) from error
    if look.head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", False
    if look.head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", False
    if b"\x00" in look.head[:1000]:
        odd = look.head[1:1000:2].count(b"\x00")
        return ("utf-16-le" if odd > look.head[:1000:2].count(b"\x00") else "utf-16-be"), True
    if look.is_utf8:
        return "utf-8", False
    # cp1252 leaves five bytes undefined; a file that uses them is older than Windows.
    undefined = any(byte in look.head for byte in b"\x81\x8d\x8f\x90\x9d")
    return ("latin-1" if undefined else "cp1252"), True


def _decoded(head: bytes, encoding: str) -> str:
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _told_separator(text: str) -> str:
    """Return the separator of a first line such as `sep=;`, which Excel writes."""
    first = text.split("\n", 1)[0].strip().strip('"')
    return first[4:5] if first.lower().startswith("sep=") else ""


def _separator(text: str) -> str:
    """Return the separator that cuts most lines, and the first, into equally many cells."""
    best, best_score = ",", 0.0
    for mark in SEPARATORS:
        widths = _widths(text, mark)
        several = Counter(width for width in widths if width > 1)
        if several:
            width, times = several.most_common(1)[0]
            of_header = 0.5 if widths[0] == width else 0.0
            score = times / len(widths) + of_header + 0.001 * min(width, 100)
            if score > best_score + (0.1 if mark == "," else 0):
                best, best_score = mark, score
    return best


def _widths(text: str, mark: str) -> list[int]:
    lines = text.split("\n")[:300]
    if len(text) >= HEAD:
        lines = lines[:-1]
    cut = csv.reader(lines, delimiter=mark)
    try:
        return [len(cells) for cells in cut if any(cell.strip() for cell in cells)]
    except csv.Error:
        return [line.count(mark) + 1 for line in lines if line.strip()]


def _above_header(text: str, mark: str) -> int:
    """Count the lines above the first row that is as wide as most of the table."""
    widths = _widths(text, mark)
    several = Counter(width for width in widths if width > 1)
    if not several or len(widths) < 3:  # too few lines to tell
        return 0
    usual = several.most_common(1)[0][0]
    rows = csv.reader(io.StringIO(text), delimiter=mark)
    above = 0
    try:
        for row in rows:
            if len([cell for cell in row if cell.strip()]) > usual / 2:
                return above
            above = rows.line_num
            if above > ABOVE_HEADER:
                break
    except csv.Error:
        pass  # a quotation mark is never closed; reading will say so
    return 0


def _header(text: str, mark: str, skipped: int) -> tuple[list[str], int]:
    """Return the names in the header and the number of lines it takes up."""
    lines = text.split("\n")[skipped:]
    rows = csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)
    try:
        names = next(rows, [])
    except csv.Error:
        return lines[0].split(mark), 1
    if rows.line_num > ABOVE_HEADER:
        return lines[0].split(mark), 1
    return names, max(1, rows.line_num)


def _unique(names: list[str]) -> tuple[str, ...]:
    """Return names without spaces around; empty ones and repetitions get a number."""
    seen: dict[str, int] = {}
    unique = []
    for number, raw in enumerate(names, 1):
        name = " ".join(raw.replace("\u00a0", " ").split()) or f"column {number}"
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(unique)
