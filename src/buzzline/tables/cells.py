"""Rules for single cells of text: spaces, identifiers, closed vocabularies, yes and no."""

from __future__ import annotations

import difflib
import re
import unicodedata

import polars as pl

from buzzline.tables.columns import Column
from buzzline.tables.gazetteer import country_codes
from buzzline.tables.sifting import Sifted, put

SPACES = "[\\s\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000\ufeff]"
UNTIDY = f"^{SPACES}|{SPACES}$|[\u00a0\u2000-\u200b\u202f\ufeff\\n\\r\\t]|{SPACES}{SPACES}"

# "NA" is not among the marks for texts: it is the country code of Namibia.
NO_TEXT = ("", "n/a", "#n/a", "#n/v", "null", "<null>", "nan", "<na>", "#ref!", "#value!")
NO_VALUE = (
    *NO_TEXT, "na", "n.a.", "n.a", "n. a.", "none", "nil", "-", "--", "---", "–", "—", ".",
    "..", "...", ":", "?", "k.a.", "k. a.", "keine angabe", "s/d", "n.d.", "nd", "n.c.", "nr",
    "unknown", "missing", "not available", "unbekannt", "inconnu", "desconocido", "#div/0!",
    "#name?", "#num!", "nat", "inf", "-inf",
)  # fmt: skip

YES = ("true", "t", "yes", "y", "1", "1.0", "x", "ja", "j", "wahr", "oui", "o", "vrai",
       "si", "sí", "s", "sì", "vero", "verdadero", "sim", "verdadeiro")  # fmt: skip
NO = ("false", "f", "no", "n", "0", "0.0", "nein", "falsch", "non", "faux", "falso",
      "não", "nao")  # fmt: skip

POINTED = ("industry", "other", "parent")  # codes such as 62.0, beside 62.1
MANY_LINES = 3  # line breaks in one cell from which on it looks like swallowed rows
GARBLED = (
    "\ufffd|Ã[\u0080-\u00bf‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ“”˜]|Â[\u00a0-\u00bf]"
)

# Words in use for the vocabularies of the schema; only where there is no doubt.
OTHER_WORDS = {
    "supplier": "supply", "supplies": "supply", "supply_chain": "supply",
    "buyer_supplier": "supply", "subcontracting": "subcontract", "owner": "ownership",
    "owns": "ownership", "shareholding": "ownership", "subsidiary": "affiliate",
    "m_a": "acquisition", "acquired": "acquisition", "acquires": "acquisition",
    "takeover": "acquisition", "invests": "investment", "investor_in": "investment",
    "venture_capital": "investment", "r_d": "research", "rd": "research",
    "r_d_collab": "research", "r_d_collaboration": "research", "joint_research": "research",
    "research_project": "research", "co_invention": "coinvention", "co_patent": "coinvention",
    "co_author": "coauthor", "co_publication": "coauthor", "license": "licence",
    "licensing": "licence", "labour_mobility": "labour_move", "job_move": "labour_move",
    "labor_move": "labour_move", "commuting": "commute", "spinoff": "spin_off",
    "board_interlock": "board", "interlock": "board", "membership": "association",
    "lieferung": "supply", "lieferungen": "supply", "zulieferung": "supply",
    "lieferbeziehung": "supply", "lieferant": "supply", "fourniture": "supply",
    "fournisseur": "supply", "suministro": "supply", "proveedor": "supply",
    "fornitura": "supply", "fornitore": "supply", "fornecimento": "supply",
    "fornecedor": "supply", "beteiligung": "ownership", "eigentum": "ownership",
    "participation": "ownership", "participacion": "ownership",
    "partecipazione": "ownership", "participacao": "ownership", "konzern": "affiliate",
    "tochter": "affiliate", "tochterunternehmen": "affiliate", "filiale": "affiliate",
    "filial": "affiliate", "ubernahme": "acquisition", "uebernahme": "acquisition",
    "adquisicion": "acquisition", "acquisizione": "acquisition", "aquisicao": "acquisition",
    "investition": "investment", "investissement": "investment", "inversion": "investment",
    "investimento": "investment", "forschung": "research", "recherche": "research",
    "investigacion": "research", "ricerca": "research", "pesquisa": "research",
    "lizenz": "licence", "licencia": "licence", "licenza": "licence", "licenca": "licence",
    "hq": "headquarters", "hes": "university", "bank_branch": "bank",
}  # fmt: skip


def plain(text: str) -> str:
    """Return `text` in small letters without accents, words joined by `_`.

    Examples
    --------
    >>> plain(" Firm-ID "), plain("Länge (°)")
    ('firm_id', 'lange')
    """
    bare = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return "_".join(re.findall(r"[a-z0-9]+", kept.casefold()))


def nearest(name: str, choices: list[str] | tuple[str, ...]) -> str:
    """Return the choice spelled most like `name`, or an empty text."""
    bare = {plain(choice): choice for choice in choices}
    close = difflib.get_close_matches(plain(name), list(bare), n=1, cutoff=0.6)
    return bare[close[0]] if close else ""


def as_text(values: pl.Series) -> pl.Series:
    """Return any column as text; whole numbers stored as decimals lose their `.0`."""
    if values.dtype == pl.String:
        return values
    if values.dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        is_whole = (values == whole).fill_null(value=False)
        texts = pl.select(
            pl.when(is_whole).then(whole.cast(pl.String)).otherwise(values.cast(pl.String))
        ).to_series()
        return texts.set(values.is_nan().fill_null(value=False), None).alias(values.name)
    if isinstance(values.dtype, pl.List):
        return values.cast(pl.List(pl.String)).list.join("|", ignore_nulls=True)
    if isinstance(values.dtype, pl.Struct):
        return values.struct.json_encode()
    if values.dtype in (pl.Binary, pl.Null):
        return values.cast(pl.String, strict=False)
    return values.cast(pl.String)


def tidy_text(sifted: Sifted, column: Column) -> Sifted:
    """Remove spaces around and doubled inside a text, also those that cannot be seen."""
    given = as_text(sifted.frame[column.name])
    sifted = put(sifted, given)
    untidy = given.str.contains(UNTIDY).fill_null(value=False)
    if not untidy.any():
        return sifted
    broken = given.str.count_matches("\n", literal=True) >= MANY_LINES
    sifted = sifted.found(
        "text of many lines", column.name, broken.fill_null(value=False),
        remedy="Other rows may have been swallowed by a stray quotation mark when this table "
        "was exported. Look at these rows, and export the table again.",
    )  # fmt: skip
    tidied = given.str.replace_all(f"{SPACES}+", " ").str.strip_chars(" \u200b\ufeff")
    visible = untidy & (tidied != "").fill_null(value=False)
    return sifted.mended(
        "needless spaces", column.name, visible,
        remedy="Spaces before, after or doubled inside a text were removed; nothing to do.",
        values=tidied,
    )  # fmt: skip


def marks_of_missing(sifted: Sifted, column: Column) -> Sifted:
    """Read the usual marks for "not known" as missing values."""
    values = sifted.frame[column.name]
    if values.dtype != pl.String:
        return sifted
    usual = NO_TEXT if column.dtype == pl.String else NO_VALUE
    extra = tuple(mark.casefold() for mark in sifted.raw.conventions.missing)
    is_mark = _is_one_of(values, usual + extra)
    if not is_mark.any():
        return sifted
    marked = is_mark & (values.str.strip_chars() != "").fill_null(value=False)
    sifted = sifted.found(
        "mark for a missing value", column.name, marked,
        remedy="Read as missing. If it means something else, write it in another way.",
    )  # fmt: skip
    return put(sifted, values.set(is_mark, None))


def decimal_identifiers(sifted: Sifted, column: Column) -> Sifted:
    """Take the `.0` off identifiers that a spreadsheet has turned into decimal numbers."""
    values = sifted.frame[column.name]
    decimal = values.str.contains(r"^\d+\.0+$").fill_null(value=False)
    has_points = column.name in POINTED and values.str.contains(r"^\d+\.\d*[1-9]").any()
    if has_points or not decimal.any():
        return sifted
    return sifted.mended(
        "identifier written as a decimal number", column.name, decimal,
        remedy="`12.0` was read as `12`. Format the column as text before saving the file.",
        values=values.str.replace(r"^(\d+)\.0+$", "${1}"),
    )  # fmt: skip


def garbled_letters(sifted: Sifted, column: Column) -> Sifted:
    """Notice texts that were decoded with the wrong encoding, such as `MÃ¼nchen`."""
    garbled = sifted.frame[column.name].str.contains(GARBLED).fill_null(value=False)
    return sifted.found(
        "garbled letters", column.name, garbled,
        remedy="The letters suggest a wrong encoding. Save the file again as UTF-8, or set "
        '`encoding` (for example "cp1252") for this table in study.toml.',
    )  # fmt: skip


def countries(sifted: Sifted, column: Column) -> Sifted:
    """Write countries as two-letter codes, so that `Germany`, `DEU` and `DE` are one."""
    given = sifted.frame[column.name]
    codes = country_codes(given)
    unknown = given.is_not_null() & codes.is_null()
    sifted = sifted.mended(
        "country in another spelling", column.name, (given != codes).fill_null(value=False),
        remedy="Read as the two-letter code (ISO 3166), so that each country has one name.",
        values=codes.fill_null(given),
    )  # fmt: skip
    return sifted.found(
        "unknown country", column.name, unknown,
        remedy="Kept as it is, and taken for a country of its own. Write the two-letter code "
        "or the English name.",
    )  # fmt: skip


def closed_vocabulary(sifted: Sifted, column: Column) -> Sifted:
    """Hold a column to its list of words, whatever their case, spaces and hyphens."""
    given = sifted.frame[column.name]
    texts = given.drop_nulls().unique(maintain_order=True).to_list()
    words = {plain(word): word for word in column.values}
    known = {text: words.get(plain(text)) or _other_word(text, column) for text in texts}
    unknown = [text for text, word in known.items() if not word]
    read_as = {text: word for text, word in known.items() if word}
    values = given.replace_strict(read_as, default=None, return_dtype=pl.String)
    respelled = (given != values).fill_null(value=False)
    strange = given.is_not_null() & values.is_null()
    pairs = [f"{text!r} as {word!r}" for text, word in read_as.items() if text != word]
    sifted = sifted.mended(
        "another spelling of a listed word", column.name, respelled,
        remedy=f"Read {', '.join(pairs[:10])}.", values=values,
    )  # fmt: skip
    remedy = _vocabulary_remedy(unknown, column)
    if column.required:
        return sifted.without("unknown word", column.name, strange, remedy=remedy)
    return sifted.mended(
        "unknown word", column.name, strange, remedy=f"Set to missing. {remedy}", values=values
    )


def yes_or_no(sifted: Sifted, column: Column) -> Sifted:
    """Read yes and no, true and false, 1 and 0, in six languages."""
    values = sifted.frame[column.name]
    if values.dtype == pl.Boolean:
        return sifted
    texts = as_text(values)
    yes, no = _is_one_of(texts, YES), _is_one_of(texts, NO)
    flags = pl.select(pl.when(yes).then(True).when(no).then(False)).to_series()
    unclear = texts.is_not_null() & flags.is_null()
    return put(sifted, flags.alias(column.name)).mended(
        "neither yes nor no", column.name, unclear,
        remedy="Set to missing. Write `true` or `false`.", values=flags,
    )  # fmt: skip


def _is_one_of(texts: pl.Series, marks: tuple[str, ...]) -> pl.Series:
    longest = max(len(mark.encode()) for mark in marks) + 4
    short = texts.str.len_bytes() <= longest
    if not short.any():
        return short.fill_null(value=False)
    bare = texts.str.strip_chars().str.to_lowercase()
    return bare.is_in(pl.Series(marks).implode()).fill_null(value=False)


def _other_word(text: str, column: Column) -> str:
    word = OTHER_WORDS.get(plain(text), "")
    return word if word in column.values else ""


def _vocabulary_remedy(unknown: list[str], column: Column) -> str:
    likely = {text: nearest(text, column.values) for text in unknown[:5]}
    hints = ", ".join(f"{text!r} looks like {near!r}" for text, near in likely.items() if near)
    listed = f"Use one of {', '.join(column.values)}."
    if column.name == "layer":
        listed += (" Or name no column for `layer` in study.toml, and one word for the whole "
                   'file: values = { layer = "supply" }.')  # fmt: skip
    return f"{hints[0].upper() + hints[1:]}. {listed}" if hints else listed
