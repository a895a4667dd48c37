"""Countries by code and name, and the ISO 3166 alpha-2 code of whatever a file calls them.

Codes and English names after GeoNames (CC BY 4.0); other names are those met in Crunchbase,
CORDIS and common usage, and those of five languages.
"""

from __future__ import annotations

import functools

import polars as pl

_LISTED = """
AD AND Andorra | AE ARE United Arab Emirates | AF AFG Afghanistan | AG ATG Antigua and Barbuda
| AI AIA Anguilla | AL ALB Albania | AM ARM Armenia | AN ANT Netherlands Antilles | AO AGO
Angola | AQ ATA Antarctica | AR ARG Argentina | AS ASM American Samoa | AT AUT Austria | AU
AUS Australia | AW ABW Aruba | AX ALA Aland Islands | AZ AZE Azerbaijan | BA BIH Bosnia and
Herzegovina | BB BRB Barbados | BD BGD Bangladesh | BE BEL Belgium | BF BFA Burkina Faso | BG
BGR Bulgaria | BH BHR Bahrain | BI BDI Burundi | BJ BEN Benin | BL BLM Saint Barthelemy | BM
BMU Bermuda | BN BRN Brunei | BO BOL Bolivia | BQ BES Bonaire, Saint Eustatius and Saba  | BR
BRA Brazil | BS BHS Bahamas | BT BTN Bhutan | BV BVT Bouvet Island | BW BWA Botswana | BY BLR
Belarus | BZ BLZ Belize | CA CAN Canada | CC CCK Cocos Islands | CD COD Democratic Republic of
the Congo | CF CAF Central African Republic | CG COG Republic of the Congo | CH CHE
Switzerland | CI CIV Ivory Coast | CK COK Cook Islands | CL CHL Chile | CM CMR Cameroon | CN
CHN China | CO COL Colombia | CR CRI Costa Rica | CS SCG Serbia and Montenegro | CU CUB Cuba |
CV CPV Cabo Verde | CW CUW Curacao | CX CXR Christmas Island | CY CYP Cyprus | CZ CZE Czechia
| DE DEU Germany | DJ DJI Djibouti | DK DNK Denmark | DM DMA Dominica | DO DOM Dominican
Republic | DZ DZA Algeria | EC ECU Ecuador | EE EST Estonia | EG EGY Egypt | EH ESH Western
Sahara | ER ERI Eritrea | ES ESP Spain | ET ETH Ethiopia | FI FIN Finland | FJ FJI Fiji | FK
FLK Falkland Islands | FM FSM Micronesia | FO FRO Faroe Islands | FR FRA France | GA GAB Gabon
| GB GBR United Kingdom | GD GRD Grenada | GE GEO Georgia | GF GUF French Guiana | GG GGY
Guernsey | GH GHA Ghana | GI GIB Gibraltar | GL GRL Greenland | GM GMB Gambia | GN GIN Guinea
| GP GLP Guadeloupe | GQ GNQ Equatorial Guinea | GR GRC Greece | GS SGS South Georgia and the
South Sandwich Islands | GT GTM Guatemala | GU GUM Guam | GW GNB Guinea-Bissau | GY GUY Guyana
| HK HKG Hong Kong | HM HMD Heard Island and McDonald Islands | HN HND Honduras | HR HRV
Croatia | HT HTI Haiti | HU HUN Hungary | ID IDN Indonesia | IE IRL Ireland | IL ISR Israel |
IM IMN Isle of Man | IN IND India | IO IOT British Indian Ocean Territory | IQ IRQ Iraq | IR
IRN Iran | IS ISL Iceland | IT ITA Italy | JE JEY Jersey | JM JAM Jamaica | JO JOR Jordan | JP
JPN Japan | KE KEN Kenya | KG KGZ Kyrgyzstan | KH KHM Cambodia | KI KIR Kiribati | KM COM
Comoros | KN KNA Saint Kitts and Nevis | KP PRK North Korea | KR KOR South Korea | KW KWT
Kuwait | KY CYM Cayman Islands | KZ KAZ Kazakhstan | LA LAO Laos | LB LBN Lebanon | LC LCA
Saint Lucia | LI LIE Liechtenstein | LK LKA Sri Lanka | LR LBR Liberia | LS LSO Lesotho | LT
LTU Lithuania | LU LUX Luxembourg | LV LVA Latvia | LY LBY Libya | MA MAR Morocco | MC MCO
Monaco | MD MDA Moldova | ME MNE Montenegro | MF MAF Saint Martin | MG MDG Madagascar | MH MHL
Marshall Islands | MK MKD North Macedonia | ML MLI Mali | MM MMR Myanmar | MN MNG Mongolia |
MO MAC Macao | MP MNP Northern Mariana Islands | MQ MTQ Martinique | MR MRT Mauritania | MS
MSR Montserrat | MT MLT Malta | MU MUS Mauritius | MV MDV Maldives | MW MWI Malawi | MX MEX
Mexico | MY MYS Malaysia | MZ MOZ Mozambique | NA NAM Namibia | NC NCL New Caledonia | NE NER
Niger | NF NFK Norfolk Island | NG NGA Nigeria | NI NIC Nicaragua | NL NLD The Netherlands |
NO NOR Norway | NP NPL Nepal | NR NRU Nauru | NU NIU Niue | NZ NZL New Zealand | OM OMN Oman |
PA PAN Panama | PE PER Peru | PF PYF French Polynesia | PG PNG Papua New Guinea | PH PHL
Philippines | PK PAK Pakistan | PL POL Poland | PM SPM Saint Pierre and Miquelon | PN PCN
Pitcairn | PR PRI Puerto Rico | PS PSE Palestinian Territory | PT PRT Portugal | PW PLW Palau
| PY PRY Paraguay | QA QAT Qatar | RE REU Reunion | RO ROU Romania | RS SRB Serbia | RU RUS
Russia | RW RWA Rwanda | SA SAU Saudi Arabia | SB SLB Solomon Islands | SC SYC Seychelles | SD
SDN Sudan | SE SWE Sweden | SG SGP Singapore | SH SHN Saint Helena | SI SVN Slovenia | SJ SJM
Svalbard and Jan Mayen | SK SVK Slovakia | SL SLE Sierra Leone | SM SMR San Marino | SN SEN
Senegal | SO SOM Somalia | SR SUR Suriname | SS SSD South Sudan | ST STP Sao Tome and Principe
| SV SLV El Salvador | SX SXM Sint Maarten | SY SYR Syria | SZ SWZ Eswatini | TC TCA Turks and
Caicos Islands | TD TCD Chad | TF ATF French Southern Territories | TG TGO Togo | TH THA
Thailand | TJ TJK Tajikistan | TK TKL Tokelau | TL TLS Timor Leste | TM TKM Turkmenistan | TN
TUN Tunisia | TO TON Tonga | TR TUR Turkey | TT TTO Trinidad and Tobago | TV TUV Tuvalu | TW
TWN Taiwan | TZ TZA Tanzania | UA UKR Ukraine | UG UGA Uganda | UM UMI United States Minor
Outlying Islands | US USA United States | UY URY Uruguay | UZ UZB Uzbekistan | VA VAT Vatican
| VC VCT Saint Vincent and the Grenadines | VE VEN Venezuela | VG VGB British Virgin Islands |
VI VIR U.S. Virgin Islands | VN VNM Vietnam | VU VUT Vanuatu | WF WLF Wallis and Futuna | WS
WSM Samoa | XK XKX Kosovo | YE YEM Yemen | YT MYT Mayotte | ZA ZAF South Africa | ZM ZMB
Zambia | ZW ZWE Zimbabwe
"""

# names and codes that are not ISO: CORDIS (EL, UK), Crunchbase (ROM, ...), common English
_OTHER = {
    "EL": "GR", "UK": "GB", "ROM": "RO", "ZAR": "CD", "TMP": "TL", "KSV": "XK", "XKX": "XK",
    "great britain": "GB", "england": "GB", "scotland": "GB", "wales": "GB",
    "northern ireland": "GB", "united states of america": "US", "u s a": "US", "u s": "US",
    "america": "US", "republic of korea": "KR", "korea": "KR", "korea republic of": "KR",
    "russian federation": "RU", "czech republic": "CZ", "viet nam": "VN", "holland": "NL",
    "the netherlands": "NL", "turkiye": "TR", "ivory coast": "CI", "cote d ivoire": "CI",
    "macedonia": "MK", "burma": "MM", "swaziland": "SZ", "cape verde": "CV",
    "iran islamic republic of": "IR", "syrian arab republic": "SY", "tanzania": "TZ",
    "united republic of tanzania": "TZ", "moldova republic of": "MD", "bolivia": "BO",
    "venezuela": "VE", "brunei": "BN", "laos": "LA", "congo": "CG",
    "democratic republic of congo": "CD", "palestine": "PS", "uae": "AE", "hong kong sar": "HK",
    "macau": "MO", "deutschland": "DE", "espana": "ES", "italia": "IT", "osterreich": "AT",
    "schweiz": "CH", "suisse": "CH", "belgique": "BE", "belgie": "BE", "nederland": "NL",
    "polska": "PL", "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI",
    "brasil": "BR", "mexico": "MX", "netherlands": "NL", "czech": "CZ",
    "slovak republic": "SK", "republic of ireland": "IE",
}  # fmt: skip

# in German, French, Spanish, Italian and Portuguese, where they differ from the above
_ABROAD = """
AE vereinigte arabische emirate, emirats arabes unis, emiratos arabes unidos, emirati arabi
uniti, emirados arabes unidos | AR argentinien, argentine | AT oesterreich, autriche | AU
australien, australie | BE belgien, belgica, belgio | BG bulgarien, bulgarie | BR brasilien,
bresil, brasile | CA kanada | CH svizzera, suiza, suica | CL chili, cile | CN chine, cina | CO
kolumbien, colombie | CY zypern, chypre, chipre, cipro | CZ tschechien, tschechische republik,
tchequie, republique tcheque, chequia, republica checa, cechia, repubblica ceca, tchequia | DE
allemagne, alemania, germania, alemanha | DK daenemark, danemark, dinamarca, danimarca | EE
estland, estonie | EG agypten, aegypten, egypte, egipto, egitto, egito | ES spanien, espagne,
spagna, espanha | FI finnland, finlande, finlandia | FR frankreich, francia, franca | GB
vereinigtes konigreich, vereinigtes koenigreich, grossbritannien, royaume uni, grande bretagne,
reino unido, gran bretana, regno unito, gran bretagna, gra bretanha | GR griechenland, grece,
grecia | HR kroatien, croatie, croacia, croazia | HU ungarn, hongrie, hungria, ungheria | IE
irland, irlande, irlanda | IL israele | IN indien, inde | IS island, islande, islandia, islanda
| IT italien, italie | JP japon, giappone, japao | KR sudkorea, suedkorea, coree du sud, corea
del sur, corea del sud, coreia do sul | LT litauen, lituanie, lituania | LU luxemburg,
luxemburgo, lussemburgo | LV lettland, lettonie, letonia, lettonia | MA marokko, maroc,
marruecos, marocco, marrocos | MT malte | MX mexiko, mexique, messico | MY malaisie, malasia |
NL niederlande, pays bas, paises bajos, paesi bassi, paises baixos | NO norwegen, norvege,
noruega, norvegia | NZ neuseeland, nouvelle zelande, nueva zelanda, nuova zelanda, nova
zelandia | PH philippinen, filipinas, filippine | PL polen, pologne, polonia | RO rumanien,
rumaenien, roumanie, rumania, romenia | RS serbien, serbie | RU russland, russie, rusia | SA
saudi arabien, arabie saoudite, arabia saudita | SE schweden, suede, suecia, svezia | SG
singapur, singapour, singapura | SI slowenien, slovenie, eslovenia | SK slowakei, slovaquie,
eslovaquia, slovacchia | TH thailande, tailandia, thailandia | TN tunesien, tunisie, tunez | TR
turkei, tuerkei, turquie, turquia, turchia | UA
ucrania, ucraina | US vereinigte staaten, vereinigte staaten von amerika, etats unis, etats unis
d amerique, estados unidos, stati uniti, eua, eeuu, ee uu | ZA sudafrika,
suedafrika, afrique du sud, sudafrica, africa do sul
"""


def folded(text: pl.Expr) -> pl.Expr:
    """Return a name without case, accents and punctuation, with `Saint` as `st`.

    Examples
    --------
    >>> names = pl.Series("city", ["Saint-Étienne", "ST. ETIENNE", "Łódź", "Groß-Gerau"])
    >>> pl.select(folded(pl.lit(names))).to_series().to_list()
    ['st etienne', 'st etienne', 'lodz', 'gross gerau']
    """
    plain = text.str.normalize("NFKD").str.replace_all(r"\p{M}", "").str.to_lowercase()
    latin = plain.str.replace_many(
        ["ß", "ø", "ł", "đ", "æ", "œ", "ð", "þ", "ı", "&"],
        ["ss", "o", "l", "d", "ae", "oe", "d", "th", "i", " and "],
    )
    spaced = latin.str.replace_all(r"[^\p{L}\p{N}]+", " ").str.strip_chars()
    return spaced.str.replace_all(r"\b(saint|sainte|sankt|ste)\b", "st")


def country_codes(countries: pl.Series) -> pl.Series:
    """Return ISO 3166 alpha-2 codes; null where the country is not recognised.

    Parameters
    ----------
    countries : Series of str
        ISO alpha-2 or alpha-3 codes, names in English or another language of western Europe,
        CORDIS or Crunchbase codes, in any case.

    Examples
    --------
    >>> country_codes(pl.Series(["DEU", "el", "United States", "Atlantis"])).to_list()
    ['DE', 'GR', 'US', None]
    """
    text = pl.col("country").cast(pl.String)
    codes = folded(text).replace_strict(_codes(), default=None, return_dtype=pl.String)
    return countries.rename("country").to_frame().select(codes).to_series()


@functools.cache
def _codes() -> dict[str, str]:
    rows = [entry.split(maxsplit=2) for entry in " ".join(_LISTED.split()).split(" | ")]
    said = [(word, row[0]) for row in rows for word in row] + list(_OTHER.items())
    for entry in " ".join(_ABROAD.split()).split(" | "):
        code, names = entry.split(maxsplit=1)
        said += [(name, code) for name in names.split(", ")]
    words = pl.DataFrame(said, schema=["said", "code"], orient="row")
    return dict(words.select(folded(pl.col("said")), "code").iter_rows())
