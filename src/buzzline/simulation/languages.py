"""One language a country, so that places that understand each other share a code."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from buzzline.arrays import Codes, as_codes
from buzzline.space.languages import OFFICIAL

# Where several are official, the one most people work in; its own code where no other has it.
_MOST_USED = {
    "BE": "Dutch", "CA": "English", "CH": "German", "CM": "French", "CY": "Greek", "FI": "FI",
    "HK": "Chinese", "IN": "English", "KE": "English", "LU": "French", "MY": "Malay",
    "PK": "Urdu", "RW": "English", "SC": "English", "SG": "English", "TZ": "Swahili",
    "UG": "English", "VU": "English", "IE": "English", "PH": "English", "ZA": "English",
}  # fmt: skip


def language_of(country: str) -> str:
    """Return the language most people of a country work in, or the country's code.

    Examples
    --------
    >>> language_of("AT"), language_of("CH"), language_of("HU")
    ('German', 'German', 'HU')
    """
    if country in _MOST_USED:
        return _MOST_USED[country]
    for language, countries in OFFICIAL.items():
        if country in countries.split():
            return language
    return country


def language_codes(countries: Sequence[str]) -> Codes:
    """Return one code a country; equal codes understand each other."""
    spoken = [language_of(country) for country in countries]
    return as_codes(np.unique(spoken, return_inverse=True)[1].reshape(-1))
