"""Official languages of countries, as far as two countries share one.

Only languages that are official (or that the state works in) in two countries or more are
listed: others tell no pair of countries apart.
"""

from __future__ import annotations

from collections.abc import Mapping

OFFICIAL: Mapping[str, str] = {
    "Arabic": "AE BH DJ DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TD TN YE",
    "Chinese": "CN HK MO SG TW",
    "Danish": "DK FO GL",
    "Dutch": "AW BE CW NL SR SX",
    "English": (
        "AG AI AU BB BM BS BW BZ CA CM DM FJ FM FK GB GD GG GH GI GM GU GY HK IE IM IN JE JM "
        "KE KI KN KY LC LR LS MH MS MT MU MW NA NG NZ PG PH PK PR PW RW SB SC SD SG SL SS SX "
        "SZ TC TO TT TZ UG US VC VG VI VU WS ZA ZM ZW"
    ),
    "French": (
        "BE BF BI BJ CA CD CF CG CH CI CM DJ FR GA GF GN GP GQ HT KM LU MC MG ML MQ NC NE PF "
        "PM RE RW SC SN TD TG VU WF YT"
    ),
    "German": "AT BE CH DE LI LU",
    "Greek": "CY GR",
    "Italian": "CH IT SM VA",
    "Korean": "KP KR",
    "Malay": "BN MY SG",
    "Persian": "AF IR TJ",
    "Portuguese": "AO BR CV GW MO MZ PT ST TL",
    "Romanian": "MD RO",
    "Russian": "BY KG KZ RU",
    "Serbo-Croatian": "BA HR ME RS XK",
    "Spanish": "AR BO CL CO CR CU DO EC ES GQ GT HN MX NI PA PE PR PY SV UY VE",
    "Swahili": "KE RW TZ UG",
    "Swedish": "AX FI SE",
    "Tamil": "LK SG",
    "Turkish": "CY TR",
    "Urdu": "IN PK",
}


def share_a_language(one: str | None, other: str | None) -> bool:
    """Tell whether two countries share an official language; a country does with itself.

    Parameters
    ----------
    one, other : str or None
        ISO 3166 alpha-2.

    Examples
    --------
    >>> share_a_language("AT", "DE"), share_a_language("FR", "DE"), share_a_language("JP", "JP")
    (True, False, True)
    """
    if one is None or other is None:
        return False
    return one == other or any(
        one in spoken and other in spoken
        for spoken in (countries.split() for countries in OFFICIAL.values())
    )
